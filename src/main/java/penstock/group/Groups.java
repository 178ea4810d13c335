package penstock.group;

import io.vertx.core.Future;
import io.vertx.redis.client.Response;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import penstock.group.GroupRepository.Made;
import penstock.group.GroupRepository.Return;
import penstock.problem.IsolatedCall;
import penstock.problem.Problem;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.problem.ReportedFailure;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.RedisNumber;
import penstock.stream.LogState;
import penstock.stream.Partition;
import penstock.stream.Position;
import penstock.stream.StartPosition;
import penstock.stream.StreamName;
import penstock.stream.log.EventLog;
import penstock.stream.log.StartPoint;
import penstock.stream.registry.Stream;
import penstock.stream.removal.PartitionOwner;

/**
 * Groups as a whole, over all partitions of their streams. Futures complete on the caller's
 * context; they fail with problems, or as {@link RedisLink} says.
 *
 * <p>A group exists where its first partition has it, so that partition is the last to be made, and
 * the first to be removed: what failed half-way is repeated by its caller.
 */
@ApplicationScoped
class Groups implements PartitionOwner {

  /** A log may begin another life while a group is made. */
  private static final int ATTEMPTS = 3;

  private static final Duration SOON = Duration.ofSeconds(1);

  private static final double MILLIS = 1_000;

  private final GroupRepository repository;
  private final EventLog log;
  private final PullQueues queues;

  @Inject
  Groups(GroupRepository repository, EventLog log, PullQueues queues) {
    this.repository = repository;
    this.log = log;
    this.queues = queues;
  }

  /**
   * Makes a group, or gives one that there is other settings.
   *
   * @return whether it was made
   */
  Future<Boolean> create(
      Stream stream, GroupName name, GroupSettings settings, StartPosition start) {
    return repository
        .names(stream.partitions().getFirst())
        .compose(
            names -> {
              StartPosition from =
                  names.contains(name.value()) ? new StartPosition.Earliest() : start;
              return onAll(
                  stream,
                  from,
                  ATTEMPTS,
                  (partition, after, observed) ->
                      repository.create(partition, name, settings, after, observed));
            })
        .compose(
            made ->
                made.contains(Made.CONFLICT)
                    ? Future.failedFuture(conflict(name))
                    : Future.succeededFuture(made.getLast() == Made.CREATED));
  }

  /** What is done on a partition, behind a position of it. */
  private interface AtPosition<T> {

    Future<T> run(Partition partition, Position after, LogState observed);
  }

  /** On each partition, the first one last. */
  private <T> Future<List<T>> onAll(
      Stream stream, StartPosition start, int attempts, AtPosition<T> what) {
    return log.observe(stream.partitions())
        .compose(
            logs ->
                StartPoint.of(stream.name(), start, logs)
                    .compose(
                        after -> {
                          Future<List<T>> results = Future.succeededFuture(new ArrayList<>());
                          for (int i = logs.size() - 1; i >= 0; i--) {
                            Partition partition = stream.partitions().get(i);
                            Position position = after.get(i);
                            LogState observed = logs.get(i);
                            results =
                                results.compose(
                                    all ->
                                        what.run(partition, position, observed)
                                            .map(
                                                one -> {
                                                  all.add(one);
                                                  return all;
                                                }));
                          }
                          return results;
                        }))
        .recover(
            failure -> {
              if (!GroupRepository.isRefused(failure, GroupRepository.MOVED)) {
                return Future.failedFuture(failure);
              }
              return attempts > 1
                  ? onAll(stream, start, attempts - 1, what)
                  : Future.failedFuture(removedMeanwhile(stream));
            });
  }

  /** Some partitions may have what was to be done. */
  private static ProblemException removedMeanwhile(Stream stream) {
    return Problem.passing(
            ProblemType.OUTCOME_UNKNOWN,
            "The stream '"
                + stream.name()
                + "' was removed, or lost, again and again meanwhile. Retry.",
            SOON)
        .exception();
  }

  /** Moves a group to another place; what is said of its deliveries until then is stale. */
  Future<Void> move(Stream stream, GroupName name, StartPosition to) {
    return known(
        stream,
        name,
        onAll(
                stream,
                to,
                ATTEMPTS,
                (partition, after, observed) -> repository.move(partition, name, after, observed))
            .mapEmpty());
  }

  private static <T> Future<T> known(Stream stream, GroupName name, Future<T> done) {
    return done.recover(
        failure ->
            Future.failedFuture(
                GroupRepository.isRefused(failure, GroupRepository.UNKNOWN)
                    ? PullQueues.unknown(stream.name(), name)
                    : failure));
  }

  /** Removes a group. A problem if there is none, not even a part of one. */
  Future<Void> remove(Stream stream, GroupName name) {
    Future<Boolean> removed = Future.succeededFuture(false);
    for (Partition partition : stream.partitions()) {
      removed =
          removed.compose(
              before -> repository.remove(partition, name).map(there -> before || there));
    }
    return removed.compose(
        there ->
            there
                ? Future.succeededFuture()
                : Future.failedFuture(PullQueues.unknown(stream.name(), name)));
  }

  @Override
  public List<String> traces(Keys.OfPartition of) {
    return List.of(of.groups());
  }

  @Override
  public Future<Void> before(Partition partition) {
    return repository
        .names(partition)
        .compose(
            names -> {
              Future<Void> removed = Future.succeededFuture();
              for (String name : names) {
                removed =
                    removed.compose(
                        before -> repository.remove(partition, new GroupName(name)).mapEmpty());
              }
              return removed;
            });
  }

  Future<GroupList> all(Stream stream) {
    return repository.names(stream.partitions().getFirst()).map(GroupList::of);
  }

  Future<GroupStatus> describe(Stream stream, GroupName name) {
    return Future.all(
            stream.partitions().stream()
                .map(partition -> repository.describe(partition, name))
                .toList())
        .compose(
            all -> {
              List<Optional<Response>> replies = all.list();
              return replies.stream().anyMatch(Optional::isEmpty)
                  ? Future.failedFuture(PullQueues.unknown(stream.name(), name))
                  : Future.succeededFuture(
                      status(
                          stream.name(),
                          name,
                          replies.stream().flatMap(Optional::stream).toList()));
            });
  }

  private static GroupStatus status(StreamName stream, GroupName name, List<Response> replies) {
    var partitions = new ArrayList<GroupStatus.OfPartition>();
    var consumers = new TreeMap<String, GroupStatus.Consumer>();
    for (int i = 0; i < replies.size(); i++) {
      Response reply = replies.get(i);
      partitions.add(partition(i, reply));
      for (int at = 15; at + 2 < reply.size(); at += 3) {
        var one =
            new GroupStatus.Consumer(
                reply.get(at).toString(),
                RedisNumber.longOf(reply.get(at + 1)),
                RedisNumber.longOf(reply.get(at + 2)) / MILLIS);
        consumers.merge(one.name(), one, Groups::merge);
      }
    }
    Response first = replies.getFirst();
    GroupSettings settings =
        GroupSettings.of(
            first.get(0).toString(),
            first.get(1).toString(),
            first.get(2).toString(),
            first.get(3).toString(),
            first.get(4).toString());
    boolean knowsLag = partitions.stream().allMatch(one -> one.lag() != null);
    return new GroupStatus(
        name.value(),
        stream.value(),
        settings.maxDeliveries(),
        DurationText.of(settings.lease()),
        settings.backoff().stream().map(DurationText::of).toList(),
        settings.ordered(),
        settings.filter(),
        knowsLag
            ? partitions.stream().mapToLong(one -> Objects.requireNonNull(one.lag())).sum()
            : null,
        partitions.stream().mapToLong(one -> one.pending() + one.parked()).sum(),
        partitions.stream().mapToDouble(GroupStatus.OfPartition::oldestSeconds).max().orElse(0),
        partitions.stream().mapToLong(GroupStatus.OfPartition::acknowledged).sum(),
        partitions.stream().mapToLong(GroupStatus.OfPartition::deadLetters).sum(),
        List.copyOf(consumers.values()),
        partitions);
  }

  private static GroupStatus.OfPartition partition(int index, Response reply) {
    long lag = RedisNumber.longOf(reply.get(6));
    return new GroupStatus.OfPartition(
        index,
        reply.get(5).toString(),
        lag < 0 ? null : lag,
        RedisNumber.longOf(reply.get(7)),
        RedisNumber.longOf(reply.get(8)),
        RedisNumber.longOf(reply.get(9)),
        RedisNumber.longOf(reply.get(10)) / MILLIS,
        RedisNumber.longOf(reply.get(11)),
        RedisNumber.longOf(reply.get(12)),
        RedisNumber.longOf(reply.get(13)),
        RedisNumber.longOf(reply.get(14)));
  }

  private static GroupStatus.Consumer merge(GroupStatus.Consumer one, GroupStatus.Consumer other) {
    return new GroupStatus.Consumer(
        one.name(),
        one.pending() + other.pending(),
        Math.min(one.idleSeconds(), other.idleSeconds()));
  }

  /** Acknowledges deliveries; tells of each whether it stood. */
  Future<List<Boolean>> ack(Stream stream, GroupName name, List<AckId> ids) {
    return settle(
            stream,
            name,
            ids,
            (partition, group, deliveries) ->
                repository.acknowledge(partition, name, group, deliveries))
        .onSuccess(
            done ->
                IsolatedCall.run(
                    () -> {
                      long stood = count(done);
                      queues.meters(stream.name(), name).acknowledged(stood, done.size() - stood);
                    }));
  }

  /**
   * Takes deliveries back; tells of each whether it stood.
   *
   * @param delayMillis until the next delivery; -1 for the group's backoff
   * @param drop whether they become dead letters
   */
  Future<List<Boolean>> nack(
      Stream stream, GroupName name, List<AckId> ids, long delayMillis, boolean drop) {
    Return how =
        drop ? Return.dropped("dropped by its consumer") : new Return(delayMillis, "", true);
    GroupMeters meters = queues.meters(stream.name(), name);
    return settle(
            stream,
            name,
            ids,
            (partition, group, deliveries) ->
                repository
                    .nack(partition, name, group, how, deliveries)
                    .onSuccess(
                        returned -> IsolatedCall.run(() -> meters.setAside(returned.setAside())))
                    .map(GroupRepository.Returned::done))
        .onSuccess(
            done ->
                IsolatedCall.run(
                    () -> {
                      long stood = count(done);
                      meters.returned(stood, done.size() - stood);
                    }));
  }

  /**
   * Lengthens leases; tells of each delivery whether it stood.
   *
   * @param leaseMillis from now on; 0 for the group's own
   */
  Future<List<Boolean>> extend(Stream stream, GroupName name, List<AckId> ids, long leaseMillis) {
    return settle(
            stream,
            name,
            ids,
            (partition, group, deliveries) ->
                repository.extend(partition, name, group, leaseMillis, deliveries))
        .onSuccess(
            done ->
                IsolatedCall.run(
                    () -> queues.meters(stream.name(), name).extended(done.size() - count(done))));
  }

  private static long count(List<Boolean> done) {
    return done.stream().filter(stood -> stood).count();
  }

  /** What is said of deliveries of one existence of a group on a partition. */
  private interface Saying {

    Future<List<Boolean>> run(Partition partition, String group, List<String> deliveries);
  }

  /** The deliveries of one script, and their places in the request. */
  private record Chunk(Partition partition, String group, List<Integer> places) {}

  /**
   * Those of one partition in as few scripts as can be; of a partition that is not there: stale. A
   * problem if there is no such group, as far as that can be told.
   */
  private Future<List<Boolean>> settle(
      Stream stream, GroupName name, List<AckId> ids, Saying saying) {
    List<Chunk> chunks = chunks(stream, ids);
    Boolean[] results = new Boolean[ids.size()];
    Arrays.fill(results, false);
    var sent = new ArrayList<Future<?>>(chunks.size());
    for (Chunk chunk : chunks) {
      sent.add(
          saying
              .run(
                  chunk.partition(),
                  chunk.group(),
                  chunk.places().stream().map(place -> ids.get(place).delivery()).toList())
              .map(
                  done -> {
                    for (int i = 0; i < done.size(); i++) {
                      results[chunk.places().get(i)] = done.get(i);
                    }
                    return done;
                  }));
    }
    return Future.join(sent)
        .map(all -> List.of(results))
        .compose(done -> count(done) == 0 ? orUnknown(stream, name, done) : same(done))
        .recover(
            failure ->
                Future.failedFuture(count(List.of(results)) == 0 ? failure : ofOthers(failure)));
  }

  /** Each partition, and each existence of the group, is a script of its own. */
  private static Throwable ofOthers(Throwable failure) {
    return failure instanceof ReportedFailure some
        ? new ProblemException(
            some.problem()
                .withDetail(
                    "With some of the deliveries this is done: these are stale if you ask again."
                        + " With the others: "
                        + some.problem().detail()),
            failure)
        : failure;
  }

  /** All is stale: perhaps since the group is gone, which is the more useful to know. */
  private Future<List<Boolean>> orUnknown(Stream stream, GroupName name, List<Boolean> done) {
    return repository
        .names(stream.partitions().getFirst())
        .compose(
            names ->
                names.contains(name.value())
                    ? same(done)
                    : Future.failedFuture(PullQueues.unknown(stream.name(), name)));
  }

  private static Future<List<Boolean>> same(List<Boolean> done) {
    return Future.succeededFuture(done);
  }

  private static List<Chunk> chunks(Stream stream, List<AckId> ids) {
    var chunks = new ArrayList<Chunk>();
    Map<String, Chunk> open = new HashMap<>();
    for (int i = 0; i < ids.size(); i++) {
      AckId id = ids.get(i);
      if (id.partition() >= stream.partitions().size()) {
        continue;
      }
      String of = id.partition() + " " + id.group();
      Chunk chunk = open.get(of);
      if (chunk == null || chunk.places().size() == GroupRepository.MOST) {
        chunk = new Chunk(stream.partitions().get(id.partition()), id.group(), new ArrayList<>());
        open.put(of, chunk);
        chunks.add(chunk);
      }
      chunk.places().add(i);
    }
    return chunks;
  }

  private static ProblemException conflict(GroupName name) {
    return ProblemException.of(
        ProblemType.GROUP_CONFLICT,
        "The group '"
            + name
            + "' exists with another value of 'ordered', which cannot be changed. Delete it first,"
            + " or make another one.");
  }
}
