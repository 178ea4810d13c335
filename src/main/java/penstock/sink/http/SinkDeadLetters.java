package penstock.sink.http;

import io.vertx.core.Future;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Optional;
import penstock.consumer.command.DeadLetterCommand;
import penstock.consumer.command.DeadLetterCommandQueue;
import penstock.consumer.membership.Membership;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.sink.SinkDefinition;
import penstock.sink.SinkName;
import penstock.sink.Sinks;
import penstock.sink.worker.SinkShard;
import penstock.sink.worker.SinkShards;
import penstock.stream.Position;
import penstock.stream.deadletter.DeadLetter;
import penstock.stream.deadletter.DeadLetterId;
import penstock.stream.deadletter.DeadLetterLog;
import penstock.stream.deadletter.DeadLetterOwner;
import penstock.stream.registry.Stream;

/**
 * Sends commands to the holders of leases to deliver the letters of sinks again, or delete them.
 */
@ApplicationScoped
class SinkDeadLetters implements DeadLetterOwner {

  private final Sinks sinks;
  private final SinkShards shards;
  private final Membership membership;
  private final Keys keys;
  private final RedisLink link;

  @Inject
  SinkDeadLetters(
      Sinks sinks, SinkShards shards, Membership membership, Keys keys, RedisLinks links) {
    this.sinks = sinks;
    this.shards = shards;
    this.membership = membership;
    this.keys = keys;
    this.link = links.commands();
  }

  @Override
  public DeadLetter.Owner kind() {
    return DeadLetter.Owner.SINK;
  }

  @Override
  public Future<Void> replay(Stream stream, DeadLetterId id, DeadLetter letter) {
    return shard(stream, letter, id.partition())
        .map(shard -> queue(shard).add(new DeadLetterCommand.Replay(letter.id())))
        .orElseGet(() -> Future.failedFuture(outdated(letter)));
  }

  @Override
  public Future<Void> replayAll(Stream stream, String consumer) {
    SinkDefinition sink = sinks.find(new SinkName(consumer));
    var sent = new ArrayList<Future<Void>>();
    if (sink.stream().name().equals(stream.name())) {
      shards.of(sink).forEach(shard -> sent.add(replayAll(shard)));
    }
    return Future.all(sent).mapEmpty();
  }

  private Future<Void> replayAll(SinkShard shard) {
    return new DeadLetterLog(link, shard.log())
        .last()
        .compose(
            last ->
                last == null
                    ? Future.succeededFuture()
                    : queue(shard).add(new DeadLetterCommand.ReplayAll(Position.ZERO, last)));
  }

  /** Deletes it at once if the sink is not declared any more. */
  @Override
  public Future<Void> delete(Stream stream, DeadLetterId id, DeadLetter letter) {
    return shard(stream, letter, id.partition())
        .map(shard -> queue(shard).add(new DeadLetterCommand.Delete(letter.id())))
        .orElseGet(
            () ->
                new DeadLetterLog(link, keys.partition(stream.name().value(), id.partition()))
                    .delete(letter));
  }

  private Optional<SinkShard> shard(Stream stream, DeadLetter letter, int partition) {
    return sinks.all().stream()
        .filter(sink -> sink.name().value().equals(letter.consumer()))
        .filter(sink -> sink.stream().name().equals(stream.name()))
        .map(sink -> shards.of(sink).get(partition))
        .findFirst();
  }

  private DeadLetterCommandQueue queue(SinkShard shard) {
    return new DeadLetterCommandQueue(link, membership, shard.names());
  }

  private static ProblemException outdated(DeadLetter letter) {
    return ProblemException.of(
        ProblemType.DEAD_LETTER_OUTDATED,
        "The letter was set aside by the sink '%s', which is not declared any more. It can only be deleted."
            .formatted(letter.consumer()));
  }
}
