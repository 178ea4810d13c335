package penstock.security.token;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import penstock.security.AuthConfig;
import penstock.security.identity.Caller;

/**
 * Knows callers by keys whose digests stand in a file, for services without an issuer. The file is
 * read anew when it is another; one that cannot be read changes nothing.
 */
final class ApiKeyVerifier implements TokenVerifier {

  private static final Logger LOG = Logger.getLogger(ApiKeyVerifier.class);

  private static final String FILE = "penstock.auth.api-keys.file";

  /** Each is compared with what a caller presents. */
  private static final int MAX_KEYS = 1_000;

  /** Bytes of the file. */
  private static final long MAX_SIZE = 4L * 1024 * 1024;

  /** A shorter one could be found by trying, since SHA-256 is fast. */
  private static final int LEAST_LENGTH = 32;

  private final Vertx vertx;
  private final Path file;
  private final CallerFactory callers;
  private final Runnable onChange;
  private final long timer;

  private volatile List<ApiKey> keys;

  /** What was read last, good or not. */
  private volatile String text;

  /**
   * @param onChange is run when there are other keys
   */
  ApiKeyVerifier(Vertx vertx, AuthConfig.ApiKeys config, CallerFactory callers, Runnable onChange) {
    this.vertx = vertx;
    this.callers = callers;
    this.onChange = onChange;
    this.file =
        Path.of(
            config
                .file()
                .orElseThrow(() -> wrong("must be set with penstock.auth.mode=api-key", null)));
    try {
      this.text = read();
      this.keys = parse(text);
    } catch (IOException | IllegalArgumentException broken) {
      throw wrong(": " + broken.getMessage(), broken);
    }
    this.timer =
        vertx.setPeriodic(
            config.reload().toMillis(), tick -> vertx.executeBlocking(this::reload, false));
  }

  private static ConfigurationException wrong(String rule, @Nullable Throwable cause) {
    return new ConfigurationException(FILE + " " + rule + ".", cause, Set.of(FILE));
  }

  private String read() throws IOException {
    if (Files.size(file) > MAX_SIZE) {
      throw new IOException("the file has more than " + MAX_SIZE + " bytes");
    }
    return Files.readString(file);
  }

  private List<ApiKey> parse(String lines) {
    var read = new ArrayList<ApiKey>();
    int number = 0;
    for (String line : lines.split("\n", -1)) {
      number++;
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      try {
        read.add(ApiKey.parse(line, callers));
      } catch (IllegalArgumentException broken) {
        throw new IllegalArgumentException("line " + number + ": " + broken.getMessage(), broken);
      }
    }
    if (read.size() > MAX_KEYS) {
      throw new IllegalArgumentException("there may be at most " + MAX_KEYS + " keys");
    }
    return List.copyOf(read);
  }

  private @Nullable Void reload() {
    try {
      String now = read();
      if (!now.equals(text)) {
        text = now;
        keys = parse(now);
        onChange.run();
        LOG.infof("keys read: place=%s keys=%d", file, keys.size());
      }
    } catch (IOException | IllegalArgumentException broken) {
      LOG.errorf(
          "keys unreadable: place=%s reason=%s; those known stay", file, broken.getMessage());
    }
    return null;
  }

  @Override
  public Future<Caller> verify(String token) {
    if (token.length() < LEAST_LENGTH) {
      return Future.failedFuture(Refusals.invalid("is no key"));
    }
    byte[] digest = TokenDigest.bytes(token);
    Caller found = null;
    for (ApiKey one : keys) {
      if (one.is(digest)) {
        found = one.caller();
      }
    }
    return found == null
        ? Future.failedFuture(Refusals.invalid("is no key of anyone"))
        : Future.succeededFuture(found);
  }

  void close() {
    vertx.cancelTimer(timer);
  }
}
