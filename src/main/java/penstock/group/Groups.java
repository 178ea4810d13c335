package penstock.group;

import io.vertx.core.Future;
import io.vertx.redis.client.Response;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import penstock.group.GroupRepository.Made;
import penstock.problem.Problem;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.stream.LogState;
import penstock.stream.Partition;
import penstock.stream.Position;
import penstock.stream.StartPosition;
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

  private final GroupRepository repository;
  private final EventLog log;

  @Inject
  Groups(GroupRepository repository, EventLog log) {
    this.repository = repository;
    this.log = log;
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
                      GroupStatus.of(
                          stream.name(),
                          name,
                          replies.stream().flatMap(Optional::stream).toList()));
            });
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
