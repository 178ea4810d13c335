package penstock.group;

import io.vertx.core.Future;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.problem.RepeatedCall;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.stream.Partition;
import penstock.stream.Position;
import penstock.stream.deadletter.DeadLetter;
import penstock.stream.deadletter.DeadLetterId;
import penstock.stream.deadletter.DeadLetterLog;
import penstock.stream.deadletter.DeadLetterOwner;
import penstock.stream.log.EventLog;
import penstock.stream.registry.Stream;

/**
 * Delivers what groups set aside again. A letter stays one until it is acknowledged, so that it is
 * not lost if nobody does; whose deliveries run out again keeps the reason.
 */
@ApplicationScoped
class GroupDeadLetters implements DeadLetterOwner {

  /** Letters that are looked at and delivered again in one script. */
  private static final int STEP = 256;

  private final GroupRepository repository;
  private final EventLog log;
  private final RedisLink link;

  @Inject
  GroupDeadLetters(GroupRepository repository, EventLog log, RedisLinks links) {
    this.repository = repository;
    this.log = log;
    this.link = links.commands();
  }

  @Override
  public DeadLetter.Owner kind() {
    return DeadLetter.Owner.GROUP;
  }

  @Override
  public Future<Void> replay(Stream stream, DeadLetterId id, DeadLetter letter) {
    GroupName name = new GroupName(letter.consumer());
    return known(
        letter,
        repository.replay(stream.partitions().get(id.partition()), name, List.of(letter.id())));
  }

  private static Future<Void> known(DeadLetter letter, Future<Integer> done) {
    return done.recover(
            failure ->
                Future.failedFuture(
                    GroupRepository.isRefused(failure, GroupRepository.UNKNOWN)
                        ? outdated(letter)
                        : failure))
        .mapEmpty();
  }

  @Override
  public Future<Void> replayAll(Stream stream, String consumer) {
    GroupName name = new GroupName(consumer);
    return repository
        .names(stream.partitions().getFirst())
        .compose(
            names -> {
              if (!names.contains(consumer)) {
                return Future.failedFuture(PullQueues.unknown(stream.name(), name));
              }
              var all = new ArrayList<Future<Void>>();
              stream.partitions().forEach(partition -> all.add(replayAll(partition, name)));
              return Future.all(all).mapEmpty();
            });
  }

  private Future<Void> replayAll(Partition partition, GroupName name) {
    DeadLetterLog letters = letters(partition);
    return letters
        .last()
        .compose(
            last ->
                last == null
                    ? Future.succeededFuture()
                    : replayUpTo(letters, partition, name, last));
  }

  private Future<Void> replayUpTo(
      DeadLetterLog letters, Partition partition, GroupName name, Position last) {
    var reached = new AtomicReference<>(Position.ZERO);
    return RepeatedCall.whileMore(
        () ->
            letters
                .after(reached.get(), STEP)
                .compose(
                    some ->
                        replayOwn(some, partition, name)
                            .map(done -> isMoreBehind(some, last, reached))));
  }

  private static boolean isMoreBehind(
      List<DeadLetter> some, Position last, AtomicReference<Position> reached) {
    if (some.size() < STEP || !last.isAfter(some.getLast().id())) {
      return false;
    }
    reached.set(some.getLast().id());
    return true;
  }

  private Future<Void> replayOwn(List<DeadLetter> some, Partition partition, GroupName name) {
    List<Position> own =
        some.stream()
            .filter(
                letter ->
                    letter.owner() == DeadLetter.Owner.GROUP
                        && letter.consumer().equals(name.value()))
            .map(DeadLetter::id)
            .toList();
    return own.isEmpty()
        ? Future.succeededFuture()
        : repository.replay(partition, name, own).mapEmpty();
  }

  @Override
  public Future<Void> delete(Stream stream, DeadLetterId id, DeadLetter letter) {
    return letters(stream.partitions().get(id.partition())).delete(letter);
  }

  private DeadLetterLog letters(Partition partition) {
    Keys.OfPartition keys = log.keys(partition);
    return new DeadLetterLog(link, keys);
  }

  private static ProblemException outdated(DeadLetter letter) {
    return ProblemException.of(
        ProblemType.DEAD_LETTER_OUTDATED,
        "The letter was set aside by the group '"
            + letter.consumer()
            + "', which is not there any more. It can only be deleted.");
  }
}
