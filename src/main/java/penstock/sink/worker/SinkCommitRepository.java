package penstock.sink.worker;

import io.vertx.core.Future;
import io.vertx.redis.client.Request;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import penstock.consumer.worker.Lease;
import penstock.redis.RedisLink;
import penstock.redis.RedisNumber;
import penstock.redis.Script;
import penstock.stream.Position;
import penstock.stream.deadletter.DeadLetter;

/**
 * Writes what became of a shard's events. Futures complete on the link's own thread and fail as
 * {@link RedisLink} says; a refusal is a reply error with the code that the script's header names.
 */
final class SinkCommitRepository {

  private static final Script NOTE = Script.named("sink-note");
  private static final Script LETTER = Script.named("sink-letter");

  private final SinkShard shard;
  private final RedisLink link;
  private final Script commit;

  /**
   * @param link on which commits are done in order
   * @param commit {@code sink-commit.lua}
   */
  SinkCommitRepository(SinkShard shard, RedisLink link, Script commit) {
    this.shard = shard;
    this.link = link;
    this.commit = commit;
  }

  /**
   * Result of a commit.
   *
   * @param lag events of the log that are not read
   * @param read the frontier now
   */
  record Committed(long lag, Position read) {}

  /**
   * @param from the frontier before
   * @param endsReplay whether the range that is replayed ends with it
   */
  Future<Committed> commit(
      Lease lease, Position from, DeliveryWindow.Advance advance, boolean endsReplay, long now) {
    Request request =
        commit
            .call(
                shard.log().events(),
                shard.log().log(),
                shard.names().state(),
                shard.names().open(),
                shard.log().dead())
            .arg(lease.fence())
            .arg(lease.life())
            .arg(shard.group())
            .arg(from.toString())
            .arg(advance.read().toString())
            .arg(Objects.toString(advance.first(), ""))
            .arg(advance.count())
            .arg(Objects.toString(advance.firstOpen(), ""))
            .arg(endsReplay ? 1 : 0);
    positions(request, advance.done());
    positions(request, advance.closed());
    request.arg(advance.opened().size());
    for (PendingDelivery one : advance.opened()) {
      request
          .arg(one.position().toString())
          .arg(one.attempts)
          .arg(one.attempts == 0 ? 0 : Math.max(0, millis(now - one.first)))
          .arg(Math.max(0, millis(one.due - now)));
    }
    request.arg(advance.letters().size());
    for (PendingDelivery one : advance.letters()) {
      DeadLetter.write(
          request,
          DeadLetter.Owner.SINK,
          shard.sink().name().value(),
          Integer.toString(one.attempts),
          Objects.requireNonNull(one.refusal),
          Objects.requireNonNull(one.record()));
    }
    return commit
        .run(link, request)
        .map(
            reply ->
                new Committed(
                    Math.max(
                        0, RedisNumber.longOf(reply.get(0)) - RedisNumber.longOf(reply.get(1))),
                    Position.parse(reply.get(2).toString())));
  }

  private static long millis(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(nanos);
  }

  private static void positions(Request request, List<PendingDelivery> some) {
    request.arg(some.size());
    some.forEach(one -> request.arg(one.position().toString()));
  }

  /** Notes what was seen last of the receiver; not refused, and of no effect without the fence. */
  Future<Void> note(Lease lease, String error, String breaker) {
    return NOTE.run(
            link, NOTE.call(shard.names().state()).arg(lease.fence()).arg(error).arg(breaker))
        .mapEmpty();
  }

  /**
   * Takes a command about a dead letter off the list.
   *
   * @param rest what is left of it; empty if nothing
   * @param letter which it was about; empty if there is none
   * @param failure why the letter stays; empty if it goes
   */
  Future<Void> letter(Lease lease, String command, String rest, String letter, String failure) {
    return LETTER
        .run(
            link,
            LETTER
                .call(
                    shard.names().state(),
                    shard.log().dead(),
                    shard.log().failedReplays(),
                    shard.names().requests())
                .arg(lease.fence())
                .arg(command)
                .arg(rest)
                .arg(letter)
                .arg(failure))
        .mapEmpty();
  }
}
