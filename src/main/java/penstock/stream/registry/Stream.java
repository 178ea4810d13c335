package penstock.stream.registry;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import penstock.stream.Partition;
import penstock.stream.Position;
import penstock.stream.StreamName;

/**
 * A stream that exists.
 *
 * @param partitions in order
 * @param dedupWindow how long a repeated (source, id) is recognised at the least
 * @param retention what is kept of it
 * @param replicas how many replicas must have an event before it is acknowledged; 0 for none
 * @param replicationTimeout how long they may take
 */
public record Stream(
    StreamName name,
    List<Partition> partitions,
    Duration dedupWindow,
    RetentionPolicy retention,
    int replicas,
    Duration replicationTimeout) {

  public Stream {
    partitions = List.copyOf(partitions);
  }

  /** A position as clients see it: with its partition before it if there are several. */
  public String positionText(int partition, Position position) {
    return partitions.size() == 1 ? position.toString() : partition + "/" + position;
  }

  static Stream of(StreamName name, StreamsConfig.OfStream settings) {
    return new Stream(
        name,
        IntStream.range(0, settings.partitions())
            .mapToObj(index -> new Partition(name, index))
            .toList(),
        settings.dedupWindow(),
        RetentionPolicy.of(settings.retention()),
        settings.durability() == StreamsConfig.Durability.REPLICATED
            ? settings.replication().replicas()
            : 0,
        settings.replication().timeout());
  }

  /** Another stream with the same settings. */
  Stream as(StreamName other, int count) {
    return new Stream(
        other,
        IntStream.range(0, count).mapToObj(index -> new Partition(other, index)).toList(),
        dedupWindow,
        retention,
        replicas,
        replicationTimeout);
  }

  /** A stream that was created by an append: all settings as by default. */
  public static Stream created(StreamName name, int partitions, Duration dedupWindow) {
    return new Stream(
        name,
        IntStream.range(0, partitions).mapToObj(index -> new Partition(name, index)).toList(),
        dedupWindow,
        RetentionPolicy.UNLIMITED,
        0,
        Duration.ofSeconds(1));
  }
}
