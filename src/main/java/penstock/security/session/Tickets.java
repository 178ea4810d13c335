package penstock.security.session;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Response;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.redis.Script;
import penstock.security.AuthConfig;
import penstock.security.identity.Caller;
import penstock.security.token.BearerTokens;

/**
 * Each opens one feed, once, soon, for who got it. Redeeming one takes it out of Redis by one
 * command, so that of all who try, on whatever instance, one gets it. Any thread.
 */
@ApplicationScoped
public class Tickets {

  private static final Script ISSUE = Script.named("ticket-issue");
  private static final String USE = "ticket";

  private final RedisLink link;
  private final Keys.OfAuth keys;
  private final BearerTokens tokens;
  private final AuthConfig.Tickets config;
  private final InstantSource clock = InstantSource.system();

  @Inject
  Tickets(RedisLinks links, Keys keys, BearerTokens tokens, AuthConfig config) {
    this.link = links.commands();
    this.keys = keys.auth();
    this.tokens = tokens;
    this.config = config.tickets();
  }

  /** One that was issued. */
  public record Ticket(Secret secret, Instant expires) {}

  /** Issues one to who is known by this, for a path as requests have it. */
  public Future<Ticket> issue(Credential credential, String path) {
    Caller caller = credential.caller();
    Secret secret = Secret.random();
    String digest = secret.digest();
    var kept =
        new TicketRecord(
            path,
            caller.session() == null ? "" : caller.session(),
            caller.session() == null ? 0 : caller.expires().toEpochMilli(),
            credential.token());
    Instant expires = clock.instant().plus(config.life());
    return ISSUE
        .run(
            link,
            ISSUE
                .call(keys.ticket(digest), keys.ticketsOf(Owner.of(caller)))
                .arg(secret.seal(USE, kept.text()))
                .arg(config.life().toMillis())
                .arg(digest)
                .arg(config.maxPerCaller())
                .arg(keys.ticket("")))
        .map(issued -> new Ticket(secret, expires));
  }

  /**
   * Takes one for a path. It is spent, also if it was for another.
   *
   * @return who it was issued to; fails with a problem
   */
  public Future<Credential> redeem(Secret secret, String path) {
    return link.send(Command.GETDEL, keys.ticket(secret.digest()))
        .compose(found -> verified(secret, path, found));
  }

  private Future<Credential> verified(Secret secret, String path, @Nullable Response sealed) {
    String text = sealed == null ? null : secret.open(USE, sealed.toBytes());
    TicketRecord kept = text == null ? null : TicketRecord.parse(text);
    if (kept == null) {
      return Future.failedFuture(
          ProblemException.of(
              ProblemType.INVALID_TOKEN,
              "The ticket is spent, or too old, or there was none. Get another."));
    }
    if (!kept.path().equals(path)) {
      return Future.failedFuture(
          ProblemException.of(
              ProblemType.INVALID_TOKEN, "The ticket was for another feed, and is spent."));
    }
    return tokens
        .caller(kept.token())
        .map(caller -> new Credential(kept.owner(caller), kept.token(), null));
  }
}
