package penstock.security.session;

import io.quarkus.runtime.Startup;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Response;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import penstock.problem.IsolatedCall;
import penstock.problem.Problem;
import penstock.problem.ProblemType;
import penstock.redis.Keys;
import penstock.redis.PubSubListener;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.redis.Script;
import penstock.security.AuthConfig;
import penstock.security.identity.Caller;

/**
 * Tokens that were taken back, and sessions that ended: two streams in Redis, which every instance
 * follows. What is new is told by a channel, so that it is known everywhere in milliseconds, and is
 * looked for twice a second all the same. When the channel was away, all is read again: Redis may
 * be another, in which ids begin anew.
 *
 * <p>Nothing is done where it is not asked who calls. May be asked from any thread; reads on an
 * event loop of its own.
 */
@Startup
@ApplicationScoped
public class Revocations {

  /**
   * How long it is told that a session ended. Longer than a reader is served by an instance that
   * Redis is away for, and than a ticket lives.
   */
  static final Duration ENDED_KEPT = Duration.ofMinutes(10);

  private static final Script REVOKE = Script.named("revoke");
  private static final String BEGINNING = "0-0";
  private static final long POLL_MILLIS = 500;
  private static final long RETRY_MILLIS = 1_000;
  private static final int POLLS_PER_CLEANUP = 120;
  private static final int MOST_IN_READ = 1_000;

  private final Vertx vertx;
  private final RedisLinks links;
  private final RedisLink link;
  private final Keys.OfAuth keys;
  private final AuthConfig.Revocations config;
  private final boolean on;
  private final InstantSource clock = InstantSource.system();
  private final RevocationList list = new RevocationList();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final Context context;
  private volatile boolean loaded;

  // Below: only on the context.
  private String lastRevoked = BEGINNING;
  private String lastEnded = BEGINNING;
  private @Nullable Promise<Void> reading;
  private boolean again;
  private boolean anew;
  private long timer;
  private int polls;

  @Inject
  Revocations(Vertx vertx, RedisLinks links, Keys keys, AuthConfig config) {
    this.vertx = vertx;
    this.links = links;
    this.link = links.commands();
    this.keys = keys.auth();
    this.config = config.revocations();
    this.on = AuthConfig.isOn(config);
    this.context = ((VertxInternal) vertx).createEventLoopContext();
  }

  @PostConstruct
  void begin() {
    if (!on) {
      return;
    }
    PubSubListener channel = links.openPubSub("revocations", context, this::heard);
    for (String name : List.of(keys.link(), keys.revoked(), keys.ended())) {
      context.runOnContext(go -> listen(channel, name));
    }
    timer =
        vertx.setPeriodic(
            POLL_MILLIS,
            tick ->
                context.runOnContext(
                    go -> {
                      if (polls++ % POLLS_PER_CLEANUP == 0) {
                        list.forget(clock.millis());
                      }
                      read();
                    }));
  }

  @PreDestroy
  void end() {
    if (on) {
      vertx.cancelTimer(timer);
    }
  }

  /** Once it listens, the listener does so again by itself whenever its link was down. */
  private void listen(PubSubListener channel, String name) {
    channel
        .listen(name)
        .onFailure(
            failure ->
                vertx.setTimer(
                    RETRY_MILLIS, retry -> context.runOnContext(go -> listen(channel, name))));
  }

  private void heard(String name) {
    anew |= name.equals(keys.link());
    read();
  }

  /** Completes when it is known what was taken back; fails if that cannot be known now. */
  public Future<Void> ready() {
    if (loaded || !on) {
      return Future.succeededFuture();
    }
    Promise<Void> done = Promise.promise();
    context.runOnContext(go -> read().onComplete(done));
    return done.future();
  }

  /** Whether all was read once. */
  public boolean isReady() {
    return loaded || !on;
  }

  /** Whether what a caller is known by was taken back. */
  public boolean covers(Caller caller) {
    return on && list.covers(caller);
  }

  /** Has it run whenever something more was taken back, on an event loop. */
  public void listen(Runnable listener) {
    listeners.add(listener);
  }

  /** Reads what is new; of those who ask while it is read, none waits for an older reading. */
  private Future<Void> read() {
    if (reading != null) {
      again = true;
      return reading.future();
    }
    Promise<Void> now = Promise.promise();
    reading = now;
    if (anew) {
      anew = false;
      lastRevoked = BEGINNING;
      lastEnded = BEGINNING;
    }
    step(false)
        .onComplete(
            done ->
                context.runOnContext(
                    go -> {
                      reading = null;
                      loaded |= done.succeeded();
                      if (again) {
                        again = false;
                        read().onComplete(now);
                      } else {
                        now.handle(done);
                      }
                    }));
    return now.future();
  }

  private Future<Void> step(boolean changed) {
    return link.send(
            Command.XREAD,
            "COUNT",
            MOST_IN_READ,
            "STREAMS",
            keys.revoked(),
            keys.ended(),
            lastRevoked,
            lastEnded)
        .compose(
            reply -> {
              Promise<Void> taken = Promise.promise();
              context.runOnContext(
                  go -> {
                    boolean more = take(reply);
                    if (more) {
                      step(true).onComplete(taken);
                    } else {
                      if (changed) {
                        listeners.forEach(IsolatedCall::run);
                      }
                      taken.complete();
                    }
                  });
              return taken.future();
            });
  }

  private boolean take(@Nullable Response reply) {
    if (reply == null) {
      return false;
    }
    boolean some = false;
    for (Response stream : reply) {
      boolean revoked = stream.get(0).toString().equals(keys.revoked());
      for (Response entry : stream.get(1)) {
        some = true;
        String id = entry.get(0).toString();
        Map<String, String> fields = fields(entry.get(1));
        if (revoked) {
          lastRevoked = id;
          IsolatedCall.run(() -> takeRevoked(fields));
        } else {
          lastEnded = id;
          list.addSession(
              fields.getOrDefault("session", ""), clock.millis() + ENDED_KEPT.toMillis());
        }
      }
    }
    return some;
  }

  private void takeRevoked(Map<String, String> fields) {
    long until = Long.parseLong(fields.getOrDefault("until", "0"));
    String token = fields.get("token");
    String subject = fields.get("subject");
    if (token != null) {
      list.addToken(token, until);
    } else if (subject != null) {
      list.addSubject(subject, Long.parseLong(fields.getOrDefault("before", "0")), until);
    }
  }

  private static Map<String, String> fields(Response entry) {
    var fields = new HashMap<String, String>();
    for (int i = 0; i + 1 < entry.size(); i += 2) {
      fields.put(entry.get(i).toString(), entry.get(i + 1).toString());
    }
    return fields;
  }

  /**
   * Takes tokens back, on all instances.
   *
   * @param kind {@code token} for one by its id, {@code subject} for those of a subject that were
   *     made by now
   * @param until when they have expired anyhow; null for the longest that is kept
   */
  public Future<Void> revoke(String kind, String name, @Nullable Instant until) {
    return REVOKE
        .run(
            link,
            REVOKE
                .call(keys.revoked())
                .arg(kind)
                .arg(name)
                .arg(until == null ? "" : Long.toString(until.toEpochMilli()))
                .arg(config.keep().toMillis())
                .arg(config.most()))
        .compose(
            done ->
                Integer.valueOf(1).equals(done.toInteger())
                    ? Future.succeededFuture()
                    : Future.failedFuture(
                        Problem.passing(
                                ProblemType.TOO_BUSY,
                                "Nothing was revoked: there are as many revocations as"
                                    + " penstock.auth.revocations.most allows.",
                                Duration.ofMinutes(1))
                            .exception()));
  }
}
