package penstock.ingest;

import io.micrometer.core.instrument.MeterRegistry;
import io.netty.util.concurrent.EventExecutor;
import io.opentelemetry.api.trace.SpanContext;
import io.vertx.core.Future;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import penstock.event.Event;
import penstock.problem.Problem;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.redis.LoopLinks;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.redis.RedisMonitor;
import penstock.stream.Partition;
import penstock.stream.Partitioner;
import penstock.stream.StreamName;
import penstock.stream.log.EventLog;
import penstock.stream.registry.Stream;
import penstock.stream.registry.Streams;
import penstock.trace.Tracing;

/**
 * The group commits and meters of this instance, one for each partition and stream that events came
 * for.
 */
@ApplicationScoped
class Appender {

  private final RedisLinks links;
  private final RedisMonitor monitor;
  private final Streams streams;
  private final LoopLinks shared;
  private final EventLog log;
  private final MeterRegistry registry;
  private final Tracing tracing;
  private final IngestConfig config;
  private final Map<Partition, GroupCommit> commits = new ConcurrentHashMap<>();
  private final Map<StreamName, IngestMeters> meters = new ConcurrentHashMap<>();

  @Inject
  Appender(
      RedisLinks links,
      RedisMonitor monitor,
      Streams streams,
      EventLog log,
      MeterRegistry registry,
      Tracing tracing,
      IngestConfig config) {
    this.links = links;
    this.monitor = monitor;
    this.streams = streams;
    this.shared = links.openOnLoops("append");
    this.log = log;
    this.registry = registry;
    this.tracing = tracing;
    this.config = config;
  }

  /**
   * Completes when all the events are in the log, on {@code loop}. Events of several partitions go
   * to each by themselves: if one partition fails, what went to the others stays.
   *
   * @param span of the request
   */
  Future<AppendAck> append(
      Stream stream, List<Event> events, EventExecutor loop, SpanContext span) {
    Optional<String> unfit = monitor.unfit();
    if (unfit.isPresent()) {
      return Future.failedFuture(refused(unfit.get()));
    }
    int partitions = stream.partitions().size();
    if (partitions == 1) {
      List<EncodedEvent> entries = events.stream().map(EncodedEvent::of).toList();
      return commit(stream, stream.partitions().getFirst())
          .append(entries, loop, span)
          .map(AppendAck::ofOne);
    }
    Map<Integer, List<Integer>> byPartition = new TreeMap<>();
    for (int i = 0; i < events.size(); i++) {
      int partition = Partitioner.partition(events.get(i).key(), partitions);
      byPartition.computeIfAbsent(partition, absent -> new ArrayList<>()).add(i);
    }
    List<Future<PartitionAck>> parts = new ArrayList<>();
    byPartition.forEach(
        (partition, indexes) -> {
          List<EncodedEvent> entries =
              indexes.stream().map(index -> EncodedEvent.of(events.get(index))).toList();
          parts.add(commit(stream, stream.partitions().get(partition)).append(entries, loop, span));
        });
    return Future.join(parts)
        .map(
            all ->
                AppendAck.ofSeveral(
                    stream, events.size(), all.list(), List.copyOf(byPartition.values())))
        .recover(
            failure ->
                Future.failedFuture(
                    parts.stream().anyMatch(Future::succeeded)
                        ? GroupCommit.incomplete(failure)
                        : failure));
  }

  /** What would be acknowledged could be lost, or would be read by nobody. */
  private static ProblemException refused(String why) {
    return Problem.passing(
            ProblemType.REDIS_UNAVAILABLE,
            "Nothing was written, since Redis must not be used as it is ("
                + why
                + "). Retry later.",
            Duration.ofSeconds(5))
        .exception();
  }

  private GroupCommit commit(Stream stream, Partition partition) {
    GroupCommit known = commits.get(partition);
    return known != null
        ? known
        : commits.computeIfAbsent(partition, absent -> create(stream, absent));
  }

  IngestMeters meters(StreamName stream) {
    return meters.computeIfAbsent(stream, name -> new IngestMeters(registry, name));
  }

  private GroupCommit create(Stream stream, Partition partition) {
    Supplier<RedisLink> link = stream.replicas() == 0 ? shared::here : ownLink(partition);
    return new GroupCommit(
        partition,
        new PartitionAppend(stream, log.keys(partition), log, link),
        meters(stream.name()),
        tracing,
        config.maxQueued().asLongValue(),
        () -> streams.forget(stream.name()));
  }

  private Supplier<RedisLink> ownLink(Partition partition) {
    RedisLink own = links.open("append-" + partition.stream() + "-" + partition.index());
    return () -> own;
  }
}
