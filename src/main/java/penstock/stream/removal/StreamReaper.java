package penstock.stream.removal;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.jboss.logging.Logger;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.redis.RedisNumber;
import penstock.redis.Script;
import penstock.stream.Partition;
import penstock.stream.StreamName;
import penstock.stream.log.EventLog;
import penstock.stream.registry.Streams;

/**
 * Removes streams: the logs, what their owners keep beside them, and the entry in the registry. Its
 * futures complete on the caller's context; they fail with problems, or as {@link RedisLink} says,
 * and the stream is still there then, so that the same is asked again.
 *
 * <p>The partitions go from the last to the first, since what is made on all partitions, such as a
 * group, counts as made where the first one has it.
 */
@ApplicationScoped
public class StreamReaper {

  private static final Logger LOG = Logger.getLogger(StreamReaper.class);

  private static final Script ERASE = Script.named("erase");

  private final Streams streams;
  private final EventLog log;
  private final RedisLink link;
  private final Instance<PartitionOwner> owners;

  @Inject
  StreamReaper(
      Streams streams, EventLog log, RedisLinks links, @Any Instance<PartitionOwner> owners) {
    this.streams = streams;
    this.log = log;
    this.link = links.commands();
    this.owners = owners;
  }

  /** A problem if there is no such stream, neither in the configuration nor in the registry. */
  public Future<Void> remove(StreamName name) {
    return streams
        .partitions(name)
        .compose(
            count -> {
              Future<Void> done = Future.succeededFuture();
              for (int i = count - 1; i >= 0; i--) {
                var partition = new Partition(name, i);
                done = done.compose(before -> remove(partition));
              }
              return done.compose(gone -> streams.unregister(name))
                  .compose(gone -> registerIfUsed(name, count));
            })
        .onSuccess(gone -> LOG.infof("stream removed: stream=%s", name));
  }

  private Future<Void> remove(Partition partition) {
    return all(partition, PartitionOwner::before)
        .compose(ready -> erase(partition))
        .compose(erased -> all(partition, PartitionOwner::after));
  }

  /** One owner after the other. */
  private Future<Void> all(
      Partition partition, BiFunction<PartitionOwner, Partition, Future<Void>> what) {
    Future<Void> done = Future.succeededFuture();
    for (PartitionOwner owner : owners) {
      done = done.compose(before -> what.apply(owner, partition));
    }
    return done;
  }

  private Future<Void> erase(Partition partition) {
    Keys.OfPartition of = log.keys(partition);
    List<String> keys =
        new ArrayList<>(List.of(of.events(), of.log(), of.dead(), of.failedReplays()));
    owners.forEach(owner -> keys.addAll(owner.keys(of)));
    return ERASE.run(link, ERASE.call(keys.toArray(String[]::new)).arg(of.seen())).mapEmpty();
  }

  /**
   * What was appended while the stream was removed is acknowledged only when the stream is in the
   * registry: either that came after the removal from it, or it is found here.
   */
  private Future<Void> registerIfUsed(StreamName name, int partitions) {
    List<Future<Boolean>> used = new ArrayList<>();
    for (int i = 0; i < partitions; i++) {
      used.add(isUsed(log.keys(new Partition(name, i))));
    }
    return Future.all(used)
        .compose(
            each ->
                each.<Boolean>list().contains(true)
                    ? streams.register(name, partitions)
                    : Future.succeededFuture());
  }

  private Future<Boolean> isUsed(Keys.OfPartition of) {
    Request call = Request.cmd(Command.EXISTS).arg(of.events());
    owners.forEach(owner -> owner.traces(of).forEach(call::arg));
    return link.send(call).map(count -> RedisNumber.intOf(count) > 0);
  }
}
