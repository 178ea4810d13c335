package penstock.projection;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.RedisNumber;
import penstock.redis.Script;
import penstock.stream.EventLog;
import penstock.stream.Position;
import penstock.view.Entries;
import penstock.view.Entry;

/**
 * All that a worker asks of Redis. Its futures complete on the links' own threads and fail as
 * {@link RedisLink} says; a refusal is a reply error with the code that the script's header names.
 */
final class Workplace {

  /** Entries removed by one script. */
  private static final int CLEAR_STEP = 200;

  /** Dead letters read at once. */
  private static final int MOST_LETTERS = 100;

  private static final Script ACQUIRE = Script.named("acquire");
  private static final Script RENEW = Script.named("renew");
  private static final Script RELEASE = Script.named("release");
  private static final Script SWEEP = Script.named("sweep");
  private static final Script CLEAR = Script.named("clear");
  private static final Script CAUGHT_UP = Script.named("caught-up");
  private static final Script ATTEMPT = Script.named("attempt");
  private static final Script HALT = Script.named("halt");
  private static final Script ENTRY = Script.named("entry");
  private static final int ENTRIES_FROM = 4;

  private final RedisLink reads;
  private final RedisLink writes;
  private final EventLog logs;
  private final String instance;
  private final String process;
  private final Membership membership;
  private final ProjectionConfig config;
  private final Script commit;

  /**
   * @param reads for XREADGROUP, which never blocks here
   * @param writes for all else: what is sent there is done in order
   * @param instance the name of this one
   * @param process differs between processes of the same name
   */
  Workplace(
      RedisLink reads,
      RedisLink writes,
      EventLog logs,
      String instance,
      String process,
      Membership membership,
      ProjectionConfig config,
      Script commit) {
    this.reads = reads;
    this.writes = writes;
    this.logs = logs;
    this.instance = instance;
    this.process = process;
    this.membership = membership;
    this.config = config;
    this.commit = commit;
  }

  Future<Lease> acquire(Assignment work) {
    Request request =
        ACQUIRE
            .call(
                work.log().events(),
                work.log().log(),
                work.names().state(),
                work.names().lease(),
                work.names().index())
            .arg(instance)
            .arg(config.lease().toMillis())
            .arg(logs.newLife())
            .arg(logs.newLife())
            .arg(work.log().seen())
            .arg(work.group())
            .arg(work.view().acceptPartialHistory() ? 1 : 0)
            .arg(process)
            .arg(work.view().haltsOnError() ? 1 : 0);
    return ACQUIRE
        .run(writes, request)
        .map(
            reply ->
                switch (reply.get(0).toString()) {
                  case "held" ->
                      new Lease.Held(reply.get(1).toString(), RedisNumber.longOf(reply.get(2)));
                  case "broken" -> new Lease.Broken(reply.get(1).toString());
                  case "partial" -> new Lease.Partial(Position.parse(reply.get(1).toString()));
                  default ->
                      new Lease.Mine(
                          reply.get(1).toString(),
                          reply.get(2).toString(),
                          Position.parse(reply.get(3).toString()),
                          Position.parse(reply.get(4).toString()),
                          RedisNumber.intOf(reply.get(6)) == 1,
                          RedisNumber.intOf(reply.get(7)) == 1,
                          reply.get(8) == null ? null : Position.parse(reply.get(8).toString()));
                });
  }

  /**
   * What a renewal tells.
   *
   * @param ageMillis of the first event that is not applied; -1 if there is none
   */
  record Renewed(long ageMillis, long pending, int requests, long deadLetters) {}

  Future<Renewed> renew(Assignment work, Lease.Mine lease) {
    return RENEW
        .run(
            writes,
            RENEW
                .call(
                    work.names().state(),
                    work.names().lease(),
                    work.log().events(),
                    work.names().requests())
                .arg(lease.fence())
                .arg(instance)
                .arg(config.lease().toMillis())
                .arg(work.group()))
        .map(
            reply ->
                new Renewed(
                    RedisNumber.longOf(reply.get(0)),
                    RedisNumber.longOf(reply.get(1)),
                    RedisNumber.intOf(reply.get(2)),
                    RedisNumber.longOf(reply.get(3))));
  }

  /** Gives the lease back, and lets those know who wait for it. */
  Future<Void> release(Assignment work, Lease.Mine lease) {
    return RELEASE
        .run(writes, RELEASE.call(work.names().state(), work.names().lease()).arg(lease.fence()))
        .compose(released -> tell(Notice.Kind.RELEASED, work.names().state()));
  }

  Future<Void> tell(Notice.Kind kind, String about) {
    return membership.tell(kind, about);
  }

  /** Counts an attempt to fold an event alone; tells which one it is. */
  Future<Integer> attempt(Assignment work, Lease.Mine lease, Position position) {
    return ATTEMPT
        .run(writes, ATTEMPT.call(work.names().state()).arg(lease.fence()).arg(position.toString()))
        .map(Response::toInteger);
  }

  /** Halts, and gives the lease back. */
  Future<Void> halt(Assignment work, Lease.Mine lease, String reason) {
    return HALT.run(
            writes,
            HALT.call(work.names().state(), work.names().lease()).arg(lease.fence()).arg(reason))
        .mapEmpty();
  }

  /**
   * What one step of {@link #sweep} did.
   *
   * @param suspects entries claimed that were delivered more than once to holders that died
   */
  record Swept(
      int acknowledged, int claimed, Position last, boolean more, List<Position> suspects) {}

  /**
   * @param died whether the holder before died, so that what it was given counts as delivered
   */
  Future<Swept> sweep(Assignment work, Lease.Mine lease, Position claimAfter, boolean died) {
    return SWEEP
        .run(
            writes,
            SWEEP
                .call(work.log().events(), work.names().state())
                .arg(lease.fence())
                .arg(work.group())
                .arg(instance)
                .arg(claimAfter.toString())
                .arg(died ? 1 : 0))
        .map(
            reply ->
                new Swept(
                    RedisNumber.intOf(reply.get(0)),
                    RedisNumber.intOf(reply.get(1)),
                    Position.parse(reply.get(2).toString()),
                    RedisNumber.intOf(reply.get(3)) == 1,
                    reply.get(4).stream().map(id -> Position.parse(id.toString())).toList()));
  }

  /** Removes some entries of an earlier life; true if there are more. */
  Future<Boolean> clear(Assignment work, Lease.Mine lease) {
    return CLEAR
        .run(
            writes,
            CLEAR
                .call(
                    work.log().events(),
                    work.log().log(),
                    work.names().state(),
                    work.names().index(),
                    work.names().changes())
                .arg(lease.fence())
                .arg(work.names().entries())
                .arg(CLEAR_STEP))
        .map(reply -> RedisNumber.intOf(reply) == 1);
  }

  /** Notes that the partition once had all applied that there was. */
  Future<Void> markCaughtUp(Assignment work, Lease.Mine lease) {
    return CAUGHT_UP
        .run(writes, CAUGHT_UP.call(work.names().state()).arg(lease.fence()))
        .mapEmpty();
  }

  Future<Boolean> isCaughtUp(Keys.OfView names) {
    return writes
        .send(Command.HEXISTS, names.state(), "caught-up")
        .map(there -> RedisNumber.intOf(there) == 1);
  }

  /** Entries of the log in (after, to], whoever was given them. */
  Future<List<Delivered>> readRange(Assignment work, Position after, Position to) {
    return reads
        .send(Command.XRANGE, work.log().events(), "(" + after, to, "COUNT", Batch.MAX_EVENTS)
        .map(Delivered::list);
  }

  /** Entries that the group was not given yet. */
  Future<List<Delivered>> readNew(Assignment work) {
    return reads
        .send(
            Command.XREADGROUP,
            "GROUP",
            work.group(),
            instance,
            "COUNT",
            Batch.MAX_EVENTS,
            "STREAMS",
            work.log().events(),
            ">")
        .map(Delivered::ofGroup);
  }

  /** Whether the log has an entry beyond a position. */
  Future<Boolean> hasMore(Assignment work, Position after) {
    return writes
        .send(Command.XRANGE, work.log().events(), "(" + after, "+", "COUNT", 1)
        .map(found -> found.size() > 0);
  }

  Future<Void> acknowledge(Assignment work, List<Delivered> entries) {
    Request request = RedisLink.request(Command.XACK, work.log().events(), work.group());
    entries.forEach(entry -> request.arg(entry.position().toString()));
    return writes.send(request).mapEmpty();
  }

  /** The entries of the keys, in order; fewer than the keys if they are large. */
  Future<List<@Nullable Entry>> load(Assignment work, List<String> keys) {
    Request request =
        ENTRY
            .call(work.names().state(), work.names().index(), work.log().log())
            .arg(work.names().entries())
            .arg(Batch.MAX_BYTES);
    keys.forEach(request::arg);
    return ENTRY
        .run(reads, request)
        .map(
            reply -> {
              var entries = new ArrayList<@Nullable Entry>(keys.size());
              for (int i = ENTRIES_FROM; i < reply.size(); i++) {
                entries.add(Entries.entry(reply.get(i)));
              }
              return entries;
            });
  }

  /** What a commit tells of the log: events ever appended, and how many of them are applied. */
  record Committed(long appended, long applied) {}

  Future<Committed> commit(Assignment work, Lease.Mine lease, Batch batch) {
    return run(request(work, lease, batch));
  }

  /** The first request to the lease's holder; null if there is none. */
  Future<@Nullable String> firstWish(Assignment work) {
    return writes
        .send(Command.LINDEX, work.names().requests(), 0)
        .map(first -> first == null ? null : first.toString());
  }

  /** Some dead letters of the partition in [from, to], of whichever view. */
  Future<List<Letter>> letters(Assignment work, Position from, Position to) {
    return writes
        .send(Command.XRANGE, work.log().dead(), from, to, "COUNT", MOST_LETTERS)
        .map(found -> found.stream().map(Letter::of).toList());
  }

  /**
   * Commits what fulfils a request.
   *
   * @param batch without events of the log
   * @param rest what is left of the request; empty if nothing
   * @param letter which it is about, if there is one; empty if not
   * @param failure why the letter stays; empty if it goes
   */
  Future<Committed> fulfil(
      Assignment work,
      Lease.Mine lease,
      Batch batch,
      String request,
      String rest,
      String letter,
      String failure) {
    return run(
        request(work, lease, batch, work.log().failedReplays(), work.names().requests())
            .arg(request)
            .arg(rest)
            .arg(letter)
            .arg(failure));
  }

  /**
   * @param more keys behind those that every commit has
   */
  private Request request(Assignment work, Lease.Mine lease, Batch batch, String... more) {
    Request request =
        commit
            .call(
                Stream.concat(
                        Stream.of(
                            work.log().events(),
                            work.log().log(),
                            work.names().state(),
                            work.names().index(),
                            work.names().changes(),
                            work.log().dead()),
                        Arrays.stream(more))
                    .toArray(String[]::new))
            .arg(lease.fence())
            .arg(lease.life())
            .arg(work.group())
            .arg(batch.from().toString())
            .arg(work.names().entries())
            .arg(config.changes().maxAge().toMillis())
            .arg(config.changes().maxKeys());
    batch.write(request, work);
    return request;
  }

  private Future<Committed> run(Request request) {
    return commit
        .run(writes, request)
        .map(
            reply ->
                new Committed(RedisNumber.longOf(reply.get(0)), RedisNumber.longOf(reply.get(1))));
  }
}
