package penstock.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.RequestImpl;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import penstock.redis.RedisLink.Replies;

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

  /**
   * A call with its keys, to which the arguments are yet to be added. Behind them goes one that
   * never exists: while keys of a cluster are on their way from node to node, Redis refuses a
   * command of which some keys are there and some are not, so that no script runs on a part of its
   * keys. Without it, one whose keys happen to be all here, or all not, would; and fail half-way at
   * the first key that it makes.
   */
  public Request call(String... keys) {
    Request request = Request.cmd(Command.EVALSHA).arg(digest).arg(keys.length + 1);
    for (String key : keys) {
      request.arg(key);
    }
    return request.arg(Keys.absent(keys[0]));
  }

  /** Runs a {@link #call}; loads the script first where Redis does not have it. */
  public Future<Response> run(RedisLink link, Request call) {
    return run(link, call, () -> link.send(call), MOST_LOADS);
  }

  /** The same with another request behind it, over the same connection. */
  public Future<Replies> runBefore(RedisLink link, Request call, Request second) {
    return run(link, call, () -> link.sendTogether(call, second), MOST_LOADS);
  }

  /** The call follows the script at once, so that it is hardly ever forgotten in between. */
  private <T> Future<T> run(RedisLink link, Request call, Supplier<Future<T>> sending, int loads) {
    return sending
        .get()
        .recover(
            failure -> {
              if (loads == 0
                  || !(failure instanceof RedisReplyException reply)
                  || !reply.code().equals("NOSCRIPT")) {
                return Future.failedFuture(failure);
              }
              Future<Response> loaded =
                  link.sendFor(firstKey(call), Request.cmd(Command.SCRIPT).arg("LOAD").arg(source));
              Future<T> done = run(link, call, sending, loads - 1);
              return loaded.compose(ready -> done);
            });
  }

  private static String firstKey(Request call) {
    return new String(((RequestImpl) call).keys().getFirst(), StandardCharsets.UTF_8);
  }
}
