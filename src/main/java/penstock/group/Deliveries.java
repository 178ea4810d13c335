package penstock.group;

import io.vertx.core.Future;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import penstock.group.GroupRepository.Return;
import penstock.problem.IsolatedCall;
import penstock.problem.ProblemException;
import penstock.problem.ReportedFailure;
import penstock.redis.RedisLink;
import penstock.stream.Partition;
import penstock.stream.registry.Stream;

/**
 * What consumers say of what was delivered to them, over all partitions of a stream. Futures
 * complete on the caller's context; they fail with problems, or as {@link RedisLink} says.
 */
@ApplicationScoped
class Deliveries {

  private final GroupRepository repository;
  private final PullQueues queues;

  @Inject
  Deliveries(GroupRepository repository, PullQueues queues) {
    this.repository = repository;
    this.queues = queues;
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
    return settle(
            stream,
            name,
            ids,
            (partition, group, deliveries) ->
                repository
                    .nack(partition, name, group, how, deliveries)
                    .onSuccess(returned -> IsolatedCall.run(() -> setAside(stream, name, returned)))
                    .map(GroupRepository.Returned::done))
        .onSuccess(
            done ->
                IsolatedCall.run(
                    () -> {
                      long stood = count(done);
                      queues.meters(stream.name(), name).returned(stood, done.size() - stood);
                    }));
  }

  /** Where none was, there may be no such group. */
  private void setAside(Stream stream, GroupName name, GroupRepository.Returned returned) {
    if (returned.setAside() > 0) {
      queues.meters(stream.name(), name).setAside(returned.setAside());
    }
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
}
