package penstock.stream;

import io.micrometer.core.instrument.Tags;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import penstock.redis.RedisLink;
import penstock.redis.RedisReplyException;

/**
 * Reads all followed logs in turns, over one link: a blocking XREAD of all; then, over the same
 * connection, an observation of those that brought something and of those not looked at for a
 * while; then what was read is told, if the logs are still the ones that were asked.
 *
 * <p>When the set changes, the blocked read is ended by CLIENT UNBLOCK over another link. It writes
 * nothing, so it works on a full Redis and leaves no key. It cannot come too late, since it is sent
 * after the set has changed and the next read is of the new set; and if it comes before the read
 * that it is meant for, Redis answers 0 and it is sent again, until that read is back.
 *
 * <p>State belongs to one event loop, on which the followers are called too.
 */
final class TailLoop {

  private static final Logger LOG = Logger.getLogger(TailLoop.class);

  /** Quiet logs observed in one turn; those left over come in the next ones. */
  private static final int MAX_CHECKS = 256;

  /**
   * A read of so many logs costs Redis about half a millisecond, however little it brings: so after
   * each that brought something there is a rest of twice that, in which more collects.
   */
  private static final int LOGS_PER_REST_MILLI = 300;

  private static final int MOST_REST_MILLIS = 5;

  /** Until the sizes of entries are known. */
  private static final int FIRST_COUNT = 16;

  private static final int RETRY_MILLIS = 20;

  /** After so many, the connection must be another than the one that is meant. */
  private static final int MAX_UNBLOCKS = 100;

  /** What the followers of a loop want to be told. */
  enum Kind {
    ENTRIES,
    WAKES
  }

  private final Vertx vertx;
  private final Context context;
  private final RedisLink link;
  private final RedisLink control;
  private final Observer observer;
  private final Kind kind;
  private final long blockMillis;
  private final int mostEntries;
  private final long wantedBytes;

  /** By the name of the log in Redis. */
  private final Map<String, Followed> followed = new LinkedHashMap<>();

  private long clientId;
  private long turn;
  private boolean running;
  private boolean reading;
  private boolean outdated;
  private boolean refused;
  private boolean closed;
  private int count;
  private volatile int size;
  private volatile long reads;
  private volatile long lastTurn = System.nanoTime();

  TailLoop(
      Vertx vertx, RedisLink link, RedisLink control, EventLog log, TailConfig config, Kind kind) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.link = link;
    this.control = control;
    this.observer = new Observer(log, link);
    this.kind = kind;
    this.blockMillis = Math.max(1, Math.min(config.block().toMillis(), link.timeoutMillis() / 2));
    this.mostEntries = kind == Kind.WAKES ? 1 : config.readCount();
    this.wantedBytes = config.readSize().asLongValue();
    this.count = Math.min(FIRST_COUNT, mostEntries);
  }

  Tags tags() {
    return Tags.of("kind", kind.name().toLowerCase(Locale.ROOT));
  }

  int followed() {
    return size;
  }

  long reads() {
    return reads;
  }

  long silence() {
    return System.nanoTime() - lastTurn;
  }

  Future<LogState> follow(Source source, Follower follower) {
    Promise<LogState> begun = Promise.promise();
    context.runOnContext(
        go -> {
          Followed present = followed.get(source.key());
          if (present != null) {
            begun.complete(present.join(follower));
          } else {
            observer
                .observe(source, control)
                .map(state -> begin(source, state).join(follower))
                .onComplete(begun);
          }
        });
    return begun.future();
  }

  private Followed begin(Source source, LogState state) {
    return followed.computeIfAbsent(
        source.key(),
        absent -> {
          size = followed.size() + 1;
          context.runOnContext(go -> changed());
          return new Followed(source, state);
        });
  }

  void unfollow(Source source, Follower follower) {
    context.runOnContext(
        go -> {
          String key = source.key();
          Followed present = followed.get(key);
          if (present != null) {
            present.leave(follower);
            if (present.isDeserted()) {
              followed.remove(key);
              size = followed.size();
            }
          }
        });
  }

  void close() {
    context.runOnContext(
        go -> {
          closed = true;
          followed.clear();
        });
  }

  private void changed() {
    if (!running) {
      turn();
    } else if (reading) {
      outdated = true;
      unblock();
    }
  }

  private void unblock() {
    if (clientId != 0) {
      unblock(turn, clientId, MAX_UNBLOCKS);
    }
  }

  /** Ends the read of a turn, if it is not back yet. */
  private void unblock(long ofTurn, long client, int attempts) {
    control
        .send(Command.CLIENT, "UNBLOCK", client)
        .onSuccess(
            woken -> {
              if (woken.toInteger() != 0 || !reading || turn != ofTurn) {
                return;
              }
              if (attempts > 0) {
                unblock(ofTurn, client, attempts - 1);
              } else {
                clientId = 0;
              }
            })
        .onFailure(
            failure ->
                LOG.debugf("cannot wake the tail, it goes on by itself: %s", failure.getMessage()));
  }

  private void turn() {
    if (closed || followed.isEmpty()) {
      running = false;
      return;
    }
    if (!running) {
      running = true;
      lastTurn = System.nanoTime();
    }
    turn++;
    outdated = false;
    refused = false;
    read()
        .compose(
            found ->
                observer
                    .observe(due(found.keySet()))
                    .map(
                        states -> {
                          tell(found, states);
                          lastTurn = System.nanoTime();
                          return !found.isEmpty();
                        }))
        .onSuccess(this::next)
        .onFailure(this::later);
  }

  private void next(boolean brought) {
    int rest = Math.min(MOST_REST_MILLIS, followed.size() / LOGS_PER_REST_MILLI);
    if (refused || followed.values().stream().allMatch(Followed::isBroken)) {
      turnIn(blockMillis);
    } else if (brought && rest > 0) {
      turnIn(rest);
    } else {
      turn();
    }
  }

  private void turnIn(long millis) {
    vertx.setTimer(millis, timer -> context.runOnContext(go -> turn()));
  }

  /** What the logs brought; those with nothing new are absent. */
  private Future<Map<Followed, Response>> read() {
    if (clientId == 0) {
      askWho();
    }
    List<Followed> sound = followed.values().stream().filter(one -> !one.isBroken()).toList();
    if (sound.isEmpty()) {
      return Future.succeededFuture(Map.of());
    }
    Request request = Request.cmd(Command.XREAD).arg("COUNT").arg(count);
    if (sound.stream().noneMatch(Followed::isDoubtful)) {
      request.arg("BLOCK").arg(blockMillis);
    }
    request.arg("STREAMS");
    for (Followed one : sound) {
      request.arg(one.keyArgument());
      one.readIn(turn);
    }
    for (Followed one : sound) {
      request.arg(one.positionArgument());
    }
    reading = true;
    reads++;
    return link.send(request)
        .onComplete(back -> reading = false)
        .map(this::found)
        .recover(this::findBroken);
  }

  private void askWho() {
    link.send(Command.CLIENT, "ID")
        .onSuccess(
            id -> {
              clientId = id.toLong();
              if (reading && outdated) {
                unblock();
              }
            });
  }

  private Map<Followed, Response> found(@Nullable Response reply) {
    var found = new LinkedHashMap<Followed, Response>();
    if (reply != null) {
      for (Response log : reply) {
        Followed one = followed.get(log.get(0).toString());
        if (one != null && one.wasReadIn(turn)) {
          found.put(one, log.get(1));
        }
      }
    }
    return found;
  }

  /** One log that cannot be read fails the read of all; looking at each tells which. */
  private Future<Map<Followed, Response>> findBroken(Throwable failure) {
    if (failure instanceof RedisReplyException) {
      refused = true;
      followed.values().forEach(Followed::doubt);
      return Future.succeededFuture(Map.of());
    }
    return Future.failedFuture(failure);
  }

  /** Those that brought something, and some of those that were not looked at for a while. */
  private Set<Followed> due(Set<Followed> brought) {
    long now = System.nanoTime();
    long interval = blockMillis * 1_000_000;
    Set<Followed> due = new LinkedHashSet<>(brought);
    followed.values().stream()
        .filter(one -> one.isDue(now, interval))
        .limit(MAX_CHECKS)
        .forEach(due::add);
    return due;
  }

  private void tell(Map<Followed, Response> found, Map<Followed, LogState> states) {
    states.forEach(
        (one, state) -> {
          // One may have been left meanwhile, and followed anew from another position.
          if (followed.get(one.key()) == one && one.check(state)) {
            tell(one, found.get(one));
          }
        });
  }

  private void tell(Followed one, @Nullable Response entries) {
    if (entries == null) {
      return;
    }
    if (kind == Kind.WAKES) {
      one.wake();
    } else {
      LogPage page = LogPage.of(entries);
      adapt(page);
      one.tell(page);
    }
  }

  /** Asks for as many entries as make up the wanted size, if they are like these. */
  private void adapt(LogPage page) {
    long fitting = wantedBytes * page.read() / Math.max(1, page.bytes());
    count = (int) Math.max(1, Math.min(Math.min(mostEntries, 2L * count), fitting));
  }

  private void later(Throwable failure) {
    LOG.debugf("the tail cannot read, it tries again: %s", failure.getMessage());
    clientId = 0;
    followed.values().forEach(Followed::doubt);
    vertx.setTimer(
        1 + ThreadLocalRandom.current().nextInt(RETRY_MILLIS),
        timer -> context.runOnContext(go -> turn()));
  }
}
