package penstock.projection.worker;

import static penstock.Patience.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.vertx.core.buffer.Buffer;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import penstock.consumer.Instance;
import penstock.consumer.ProjectionConfig;
import penstock.consumer.membership.Membership;
import penstock.consumer.membership.PartitionAssignor;
import penstock.consumer.worker.ShardTask;
import penstock.projection.ProjectionShard;
import penstock.projection.service.GenerationReaper;
import penstock.redis.Keys;
import penstock.redis.RedisLinks;
import penstock.redis.Script;
import penstock.stream.log.EventLog;
import penstock.stream.tail.Tail;
import penstock.trace.Tracing;
import penstock.view.Generation;
import penstock.view.GenerationRegistry;
import penstock.view.ViewDefinition;
import penstock.view.ViewName;
import penstock.view.Views;
import penstock.view.read.EntryReader;
import penstock.view.read.ProgressWaiters;

/** Makes tasks that tests drive by hand, as many as they want for a view. */
@ApplicationScoped
public class HandDriven {

  /** Views over the stream {@code hand}, and no tasks but those that a test makes. */
  public static final class Profile implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.ofEntries(
          Map.entry("penstock.projection.enabled", "false"),
          Map.entry("penstock.projection.lease", "1s"),
          Map.entry("penstock.redis.reconnect-backoff", "100ms"),
          Map.entry("penstock.projection.keep-unused", "300ms"),
          Map.entry("penstock.streams.hand.partitions", "1"),
          Map.entry("penstock.views.merged.stream", "hand"),
          Map.entry("penstock.views.merged.fold", "merge"),
          Map.entry("penstock.views.merged.deletes", "deleted"),
          Map.entry("penstock.views.counted.stream", "hand"),
          Map.entry("penstock.views.counted.fold", "count"),
          Map.entry("penstock.views.windowed.stream", "hand"),
          Map.entry("penstock.views.windowed.fold", "window"),
          Map.entry("penstock.views.partial.stream", "hand"),
          Map.entry("penstock.views.partial.fold", "count"),
          Map.entry("penstock.views.partial.accept-partial-history", "true"),
          Map.entry("penstock.views.halting.stream", "hand"),
          Map.entry("penstock.views.halting.fold", "count"),
          Map.entry("penstock.views.halting.key", "/who"),
          Map.entry("penstock.views.halting.on-error", "halt"),
          Map.entry("penstock.views.lenient.stream", "hand"),
          Map.entry("penstock.views.lenient.fold", "count"),
          Map.entry("penstock.views.lenient.key", "/who"),
          Map.entry("penstock.views.picky.stream", "hand"),
          Map.entry("penstock.views.picky.fold", "count"),
          Map.entry("penstock.views.picky.key", "/who"),
          Map.entry("penstock.views.picky.types", "wanted"));
    }
  }

  @Inject Views views;
  @Inject GenerationRegistry generations;
  @Inject EntryReader entries;
  @Inject ProgressWaiters progress;
  @Inject EventLog log;
  @Inject Keys keys;
  @Inject RedisLinks links;
  @Inject Tail tail;
  @Inject ProjectionConfig config;

  public ViewDefinition definition(String view) {
    return views.find(new ViewName(view));
  }

  /** An entry's value as a reader is given it. */
  String value(ViewDefinition view, String key) {
    EntryReader.EntryLookup found = await(entries.one(view, key));
    Buffer value = Buffer.buffer();
    found.fold().value(found.entry(), value);
    return value.toString();
  }

  ProjectionShard shard(String view) {
    ViewDefinition definition = definition(view);
    return shard(definition, definition.generation());
  }

  ProjectionShard shard(ViewDefinition definition, Generation generation) {
    var partition = generation.partitions().getFirst();
    return new ProjectionShard(
        definition,
        generation,
        partition,
        log.keys(partition),
        generations.keys(definition.name(), generation, 0));
  }

  ShardTask task(String view, String instance) {
    return task(shard(view), instance, Script.named("commit"));
  }

  ShardTask task(ProjectionShard shard, String instance, Script commit) {
    return task(shard, instance, commit, new PartitionAssignor(instance));
  }

  ShardTask task(
      ProjectionShard shard, String instance, Script commit, PartitionAssignor assignor) {
    return task(shard, instance, commit, assignor, new Semaphore(1));
  }

  /**
   * @param loneFolds as shared with other tasks of its process
   */
  ShardTask task(
      ProjectionShard shard,
      String instance,
      Script commit,
      PartitionAssignor assignor,
      Semaphore loneFolds) {
    var redis =
        new ShardRepositories(
            links.open("test-reads"),
            links.open("test-writes"),
            log,
            new Instance(Optional.of(instance)),
            membership(instance),
            config,
            commit);
    return ShardTaskFactory.task(
        shard,
        redis,
        new GenerationSwitch(shard, redis.writes(), generations, redis.membership(), assignor),
        progress,
        assignor,
        new ShardMeters(new SimpleMeterRegistry(), shard, millis -> 0),
        Tracing.off(),
        tail,
        config,
        loneFolds);
  }

  public Membership membership(String instance) {
    return new Membership(
        links.open("test-membership"), links.open("test-notices"), keys, instance, config.lease());
  }

  public GenerationReaper reaper() {
    return new GenerationReaper(links.commands(), keys, config.keepUnused());
  }
}
