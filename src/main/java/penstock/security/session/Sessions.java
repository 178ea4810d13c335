package penstock.security.session;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Response;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import penstock.problem.Problem;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.redis.RedisNumber;
import penstock.redis.Script;
import penstock.security.AuthConfig;
import penstock.security.identity.Caller;
import penstock.security.token.BearerTokens;

/**
 * Tokens that are kept for browsers, each found by the secret that a cookie has. Any thread;
 * futures complete on the links' threads.
 */
@ApplicationScoped
public class Sessions {

  private static final Script BEGIN = Script.named("session-begin");
  private static final Script END = Script.named("session-end");
  private static final String USE = "session";

  /** How many times as many as it may have a caller begins while it is told that they ended. */
  private static final int TURNOVER = 10;

  private final RedisLink link;
  private final Keys.OfAuth keys;
  private final BearerTokens tokens;
  private final AuthConfig.Session config;
  private final InstantSource clock = InstantSource.system();

  @Inject
  Sessions(RedisLinks links, Keys keys, BearerTokens tokens, AuthConfig config) {
    this.link = links.commands();
    this.keys = keys.auth();
    this.tokens = tokens;
    this.config = config.session();
  }

  /**
   * A session that has begun.
   *
   * @param secret what its cookie has
   * @param life how long it lasts: as long as its token, but not too long
   */
  public record Session(Secret secret, Instant expires, Duration life) {}

  /**
   * Keeps a token that was verified; fails with {@link ProblemType#TOO_BUSY} if its caller began
   * too many sessions of late.
   */
  public Future<Session> begin(String token, Caller caller) {
    Instant now = clock.instant();
    Instant latest = now.plus(config.maxAge());
    Instant expires = caller.expires().isBefore(latest) ? caller.expires() : latest;
    Duration life = Duration.between(now, expires);
    if (life.toMillis() < 1) {
      return Future.failedFuture(over());
    }
    Secret secret = Secret.random();
    String digest = secret.digest();
    String owner = Owner.of(caller);
    return BEGIN
        .run(
            link,
            BEGIN
                .call(
                    keys.session(digest), keys.sessionsOf(owner), keys.ended(), keys.begunBy(owner))
                .arg(secret.seal(USE, expires.toEpochMilli() + "\n" + token))
                .arg(life.toMillis())
                .arg(digest)
                .arg(config.maxPerCaller())
                .arg(keys.session(""))
                .arg(Revocations.ENDED_KEPT.toMillis())
                .arg((long) TURNOVER * config.maxPerCaller()))
        .compose(
            wait ->
                RedisNumber.longOf(wait) == 0
                    ? Future.succeededFuture(new Session(secret, expires, life))
                    : Future.failedFuture(tooMany(Duration.ofMillis(RedisNumber.longOf(wait)))));
  }

  private static ProblemException tooMany(Duration wait) {
    return Problem.passing(
            ProblemType.TOO_BUSY, "No session began: the caller began too many of late.", wait)
        .exception();
  }

  /** Who is known by it; fails with a problem. */
  public Future<Credential> find(Secret secret) {
    return link.send(Command.GET, keys.session(secret.digest()))
        .compose(found -> verified(secret, found));
  }

  private Future<Credential> verified(Secret secret, @Nullable Response sealed) {
    String kept = sealed == null ? null : secret.open(USE, sealed.toBytes());
    int end = kept == null ? -1 : kept.indexOf('\n');
    if (kept == null || end < 0) {
      return Future.failedFuture(over());
    }
    String token = kept.substring(end + 1);
    Instant expires = Instant.ofEpochMilli(Long.parseLong(kept, 0, end, 10));
    return tokens
        .caller(token)
        .map(caller -> new Credential(caller.within(secret.digest(), expires), token, secret));
  }

  private static ProblemException over() {
    return ProblemException.of(
        ProblemType.INVALID_TOKEN, "The session is over, or there was none.");
  }

  /** Ends it, on all instances: with its cookie nobody is known any more, and its feeds end. */
  public Future<Void> end(Secret secret) {
    String digest = secret.digest();
    return END.run(
            link,
            END.call(keys.session(digest), keys.ended())
                .arg(digest)
                .arg(Revocations.ENDED_KEPT.toMillis()))
        .mapEmpty();
  }
}
