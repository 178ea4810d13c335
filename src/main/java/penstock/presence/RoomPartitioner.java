package penstock.presence;

import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.Future;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Set;
import penstock.member.RoomName;
import penstock.stream.NameRule;
import penstock.stream.Partition;
import penstock.stream.Partitioner;
import penstock.stream.StreamName;
import penstock.stream.registry.Stream;
import penstock.stream.registry.Streams;

/** Which partition of the stream of presence a room is in: that of its name as an event's key. */
@ApplicationScoped
@Startup
class RoomPartitioner {

  private final Streams streams;
  private final StreamName name;

  @Inject
  RoomPartitioner(Streams streams, PresenceConfig config) {
    if (!NameRule.isValid(config.stream())) {
      throw new ConfigurationException(
          "penstock.presence.stream: the name of a stream must match " + NameRule.RULE,
          Set.of("penstock.presence.stream"));
    }
    this.streams = streams;
    this.name = new StreamName(config.stream());
  }

  /** Fails as {@link Streams#find} does. A tenant's rooms are in a stream of its own. */
  Future<Partition> of(RoomName room) {
    StreamName own =
        room.space().isNone() ? name : new StreamName(room.space().whole(name.value()));
    return streams.find(own).map(stream -> of(stream, room));
  }

  private static Partition of(Stream stream, RoomName room) {
    int index = Partitioner.partition(room.value(), stream.partitions().size());
    return stream.partitions().get(index);
  }
}
