package penstock.ingest;

import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.stream.EventLog;
import penstock.stream.Partition;
import penstock.stream.Stream;
import penstock.stream.StreamName;

/**
 * The group commits and meters of this instance, one for each partition and stream that events came
 * for.
 */
@ApplicationScoped
class Appender {

  private final RedisLinks links;
  private final RedisLink shared;
  private final EventLog log;
  private final MeterRegistry registry;
  private final IngestConfig config;
  private final Map<Partition, GroupCommit> commits = new ConcurrentHashMap<>();
  private final Map<StreamName, IngestMeters> meters = new ConcurrentHashMap<>();

  @Inject
  Appender(RedisLinks links, EventLog log, MeterRegistry registry, IngestConfig config) {
    this.links = links;
    this.shared = links.open("append");
    this.log = log;
    this.registry = registry;
    this.config = config;
  }

  /** The group commit of the only partition that a stream has yet. */
  GroupCommit commit(Stream stream) {
    Partition partition = stream.partitions().getFirst();
    GroupCommit known = commits.get(partition);
    return known != null
        ? known
        : commits.computeIfAbsent(partition, absent -> create(stream, absent));
  }

  IngestMeters meters(StreamName stream) {
    return meters.computeIfAbsent(stream, name -> new IngestMeters(registry, name));
  }

  private GroupCommit create(Stream stream, Partition partition) {
    RedisLink link =
        stream.replicas() == 0
            ? shared
            : links.open("append-" + stream.name() + "-" + partition.index());
    return new GroupCommit(
        stream.name(),
        new PartitionAppend(stream, log.keys(partition), log, link),
        meters(stream.name()),
        config.maxQueued().asLongValue());
  }
}
