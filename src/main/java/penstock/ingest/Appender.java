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
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import penstock.event.Event;
import penstock.problem.Problem;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.redis.LoopLinks;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.redis.RedisMonitor;
import penstock.schedule.ScheduleConfig;
import penstock.schedule.delayed.DelayedEvents;
import penstock.schedule.delayed.ScheduleMeters;
import penstock.stream.Partition;
import penstock.stream.Partitioner;
import penstock.stream.StreamName;
import penstock.stream.log.EventLog;
import penstock.stream.registry.Stream;
import penstock.stream.registry.Streams;
import penstock.stream.tail.Tail;
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
  private final Tail tail;
  private final MeterRegistry registry;
  private final Tracing tracing;
  private final IngestConfig config;
  private final DelayedEvents delayed;
  private final ScheduleMeters scheduleMeters;
  private final ScheduleConfig scheduleConfig;
  private final Map<Partition, GroupCommit> commits = new ConcurrentHashMap<>();
  private final Map<Partition, Supplier<RedisLink>> ownLinks = new ConcurrentHashMap<>();
  private final Map<Partition, GroupCommit> schedules = new ConcurrentHashMap<>();
  private final Map<StreamName, IngestMeters> meters = new ConcurrentHashMap<>();

  @Inject
  Appender(
      RedisLinks links,
      RedisMonitor monitor,
      Streams streams,
      EventLog log,
      Tail tail,
      MeterRegistry registry,
      Tracing tracing,
      DelayedEvents delayed,
      ScheduleMeters scheduleMeters,
      ScheduleConfig scheduleConfig,
      IngestConfig config) {
    this.links = links;
    this.monitor = monitor;
    this.streams = streams;
    this.shared = links.openOnLoops("append");
    this.log = log;
    this.tail = tail;
    this.registry = registry;
    this.tracing = tracing;
    this.delayed = delayed;
    this.scheduleMeters = scheduleMeters;
    this.scheduleConfig = scheduleConfig;
    this.config = config;
  }

  /**
   * Completes when all the events are in the log, or wait to enter it, on {@code loop}. Events of
   * several partitions go to each by themselves: if one partition fails, what went to the others
   * stays.
   *
   * @param times when each is to enter the log; null if all are to at once
   * @param span of the request
   */
  Future<AppendAck> append(
      Stream stream,
      List<Event> events,
      @Nullable DeliveryTimes times,
      EventExecutor loop,
      SpanContext span) {
    Optional<String> unfit = monitor.unfit();
    if (unfit.isPresent()) {
      return Future.failedFuture(refused(unfit.get()));
    }
    if (times == null && stream.partitions().size() == 1) {
      var entries = new ArrayList<EncodedEvent>(events.size());
      for (Event event : events) {
        entries.add(EncodedEvent.of(event));
      }
      return commit(stream, stream.partitions().getFirst())
          .append(entries, loop, span)
          .map(AppendAck::ofOne);
    }
    Map<Integer, List<Integer>> now = new TreeMap<>();
    Map<Integer, List<Integer>> later = new TreeMap<>();
    for (int i = 0; i < events.size(); i++) {
      Event event = events.get(i);
      int partition = Partitioner.partition(event.key(), stream.partitions().size());
      (isDelayed(event, times) ? later : now)
          .computeIfAbsent(partition, absent -> new ArrayList<>())
          .add(i);
    }
    List<Future<PartitionAck>> parts = new ArrayList<>();
    List<List<Integer>> places = new ArrayList<>();
    now.forEach(
        (partition, indexes) -> {
          GroupCommit commit = commit(stream, stream.partitions().get(partition));
          parts.add(commit.append(encode(events, indexes, times), loop, span));
          places.add(indexes);
        });
    later.forEach(
        (partition, indexes) -> {
          GroupCommit schedule = schedule(stream, stream.partitions().get(partition));
          parts.add(schedule.append(encode(events, indexes, times), loop, span));
          places.add(indexes);
        });
    return all(stream, events.size(), parts, places);
  }

  private static boolean isDelayed(Event event, @Nullable DeliveryTimes times) {
    return times != null && times.of(event) != null;
  }

  private static List<EncodedEvent> encode(
      List<Event> events, List<Integer> indexes, @Nullable DeliveryTimes times) {
    return indexes.stream()
        .map(events::get)
        .map(event -> EncodedEvent.of(event, times == null ? null : times.of(event)))
        .toList();
  }

  private static Future<AppendAck> all(
      Stream stream, int events, List<Future<PartitionAck>> parts, List<List<Integer>> indexes) {
    return Future.join(parts)
        .map(all -> AppendAck.ofSeveral(stream, events, all.list(), indexes))
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

  private GroupCommit schedule(Stream stream, Partition partition) {
    GroupCommit known = schedules.get(partition);
    return known != null
        ? known
        : schedules.computeIfAbsent(
            partition,
            absent ->
                create(
                    stream,
                    absent,
                    new PartitionSchedule(
                            stream,
                            absent,
                            log,
                            delayed,
                            scheduleMeters,
                            scheduleConfig,
                            link(stream, absent))
                        ::run));
  }

  private GroupCommit create(Stream stream, Partition partition) {
    return create(
        stream,
        partition,
        new PartitionAppend(stream, partition, log, tail, link(stream, partition))::run);
  }

  private GroupCommit create(
      Stream stream, Partition partition, Function<AppendBatch, Future<BatchResult>> script) {
    return new GroupCommit(
        partition,
        registering(stream, script),
        meters(stream.name()),
        tracing,
        config.maxQueued().asLongValue(),
        () -> streams.forget(stream.name()));
  }

  /**
   * The first of a life is acknowledged when the stream is in the registry: it may have been
   * removed just now, which this instance has not heard of yet.
   */
  private Function<AppendBatch, Future<BatchResult>> registering(
      Stream stream, Function<AppendBatch, Future<BatchResult>> script) {
    var life = new AtomicReference<String>("");
    return batch ->
        script
            .apply(batch)
            .compose(
                result ->
                    result.life().equals(life.get())
                        ? Future.succeededFuture(result)
                        : streams
                            .register(stream.name(), stream.partitions().size())
                            .map(
                                done -> {
                                  life.set(result.life());
                                  return result;
                                })
                            .recover(
                                failure -> Future.failedFuture(GroupCommit.incomplete(failure))));
  }

  private Supplier<RedisLink> link(Stream stream, Partition partition) {
    return stream.replicas() == 0
        ? shared::here
        : ownLinks.computeIfAbsent(partition, this::ownLink);
  }

  private Supplier<RedisLink> ownLink(Partition partition) {
    RedisLink own = links.open("append-" + partition.stream() + "-" + partition.index());
    return () -> own;
  }
}
