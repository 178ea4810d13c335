package penstock.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import penstock.problem.ProblemException;

/**
 * The way to Redis for one purpose: one connection to the one server there is, or to the master
 * ({@link NodeLink}); in a cluster one to each node that is needed ({@link SlotLink}). Commands are
 * pipelined. Those whose keys have the same {@link #slot} are carried out in the order in which
 * they are sent; so are all of them where there is but one connection.
 *
 * <p>May be used from any thread; futures complete on the caller's Vert.x context, or on the link's
 * own if the caller has none. Failures are {@link ProblemException} (down, lost, full, read-only)
 * or {@link RedisReplyException}.
 */
public abstract sealed class RedisLink permits NodeLink, SlotLink {

  /** The reason before the first attempt has ended. */
  static final String NEW = "not connected yet";

  private final String name;
  private final PenstockRedisConfig config;

  RedisLink(String name, PenstockRedisConfig config) {
    this.name = name;
    this.config = config;
  }

  /**
   * What two commands that belong together were answered.
   *
   * @param first the reply to the first one, or null for a nil reply
   */
  public record Replies(Response first, Response second) {}

  /** What it is for, as CLIENT LIST shows it. */
  public final String name() {
    return name;
  }

  public abstract boolean isUp();

  /** Otherwise it may be up in a moment. */
  abstract boolean hasBeenTried();

  /** What was sent would fail now, or wait: it is down, and not only about to be opened. */
  final boolean isKnownDown() {
    return !isUp() && hasBeenTried();
  }

  /** Why the link is down, in a few words; of no meaning while it is up. */
  public abstract String downReason();

  /** Commands sent and not answered. */
  public abstract int pending();

  /** Nanoseconds since an answer last came, while one is awaited; else 0. */
  public abstract long silence();

  public final Future<Response> send(Command command, Object... args) {
    return send(request(command, args));
  }

  /**
   * Sends a command. All its keys must be in one slot; one that has none goes to any server.
   *
   * @return the reply, or null for a nil reply
   */
  public abstract Future<Response> send(Request request);

  /** Sends a command that does not show its keys to the server that has this one. */
  public abstract Future<Response> sendFor(String key, Request request);

  /**
   * Sends two commands, of which the second goes over the same connection behind the first, also if
   * that has to be sent again elsewhere. Fails if one of them does.
   */
  public abstract Future<Replies> sendTogether(Request first, Request second);

  /** Keys of which this is the same may be in one command; 0 for all where nothing is to mind. */
  public abstract int slot(String key);

  /**
   * What is read of the slot of this key from now on is at least what its master has now. Says
   * nothing where there is one server for all that is read: that one shows everything in the order
   * in which it came to be.
   */
  public void renew(String key) {}

  abstract Future<Void> close();

  /** Commands that may be under way; more are refused. */
  final int maxPending() {
    return config.maxPending();
  }

  /** The timeout of an answer, in milliseconds, for those that choose how long Redis may block. */
  public final long timeoutMillis() {
    return config.timeout().toMillis();
  }

  static String reason(Throwable failure) {
    return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
  }

  /**
   * Whether it failed since it had to write, on a server that is a replica: what is new there is to
   * be noted by the master first.
   */
  public static boolean isOfReplica(Throwable failure) {
    return RedisFailures.isReadOnly(failure);
  }

  public static Request request(Command command, Object... args) {
    Request request = Request.cmd(command);
    for (Object arg : args) {
      switch (arg) {
        case byte[] bytes -> request.arg(bytes);
        case Number number -> request.arg(number.longValue());
        default -> request.arg(arg.toString());
      }
    }
    return request;
  }
}
