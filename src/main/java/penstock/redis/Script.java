package penstock.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Lua script by its intent: the resource {@code lua/<intent>.lua}, whose header is its contract.
 * A line {@code -- include <part>} stands for the resource {@code lua/part/<part>.lua}.
 */
public final class Script {

  private static final Pattern INCLUDE = Pattern.compile("(?m)^-- include ([a-z-]+)$");

  /** Scripts may be flushed, or Redis started again, between loading one and calling it. */
  private static final int MOST_LOADS = 10;

  private final byte[] source;
  private final String digest;

  private Script(String text) {
    source = text.getBytes(StandardCharsets.UTF_8);
    try {
      digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(source));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Reads the script; a missing one is a defect of the build. */
  public static Script named(String intent) {
    String text =
        INCLUDE
            .matcher(resource("lua/" + intent + ".lua"))
            .replaceAll(
                part -> Matcher.quoteReplacement(resource("lua/part/" + part.group(1) + ".lua")));
    return new Script(text);
  }

  /** A script by its whole text, for tests that change it. */
  public static Script of(String text) {
    return new Script(text);
  }

  private static String resource(String path) {
    try (InputStream in = Script.class.getClassLoader().getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalStateException("no such resource: " + path);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A call with its keys, to which the arguments are yet to be added. */
  public Request call(String... keys) {
    Request request = Request.cmd(Command.EVALSHA).arg(digest).arg(keys.length);
    for (String key : keys) {
      request.arg(key);
    }
    return request;
  }

  /** Runs a {@link #call}; loads the script first where Redis does not have it. */
  public Future<Response> run(RedisLink link, Request call) {
    return run(link, call, MOST_LOADS);
  }

  /** The call follows the script at once, so that it is hardly ever forgotten in between. */
  private Future<Response> run(RedisLink link, Request call, int loads) {
    return link.send(call)
        .recover(
            failure -> {
              if (loads == 0
                  || !(failure instanceof RedisReplyException reply)
                  || !reply.code().equals("NOSCRIPT")) {
                return Future.failedFuture(failure);
              }
              Future<Response> loaded =
                  link.send(Request.cmd(Command.SCRIPT).arg("LOAD").arg(source));
              Future<Response> done = run(link, call, loads - 1);
              return loaded.compose(ready -> done);
            });
  }
}
