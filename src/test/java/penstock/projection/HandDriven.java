package penstock.projection;

import static penstock.Patience.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.vertx.core.buffer.Buffer;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import penstock.redis.Keys;
import penstock.redis.RedisLinks;
import penstock.redis.Script;
import penstock.stream.EventLog;
import penstock.trace.Tracing;
import penstock.view.Entries;
import penstock.view.Generation;
import penstock.view.Generations;
import penstock.view.Progress;
import penstock.view.ViewDefinition;
import penstock.view.ViewName;
import penstock.view.Views;

/** Makes workers that tests drive by hand, as many as they want for a view. */
@ApplicationScoped
public class HandDriven {

  /** Views over the stream {@code hand}, and no workers but those that a test makes. */
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
  @Inject Generations generations;
  @Inject Entries entries;
  @Inject Progress progress;
  @Inject EventLog log;
  @Inject Keys keys;
  @Inject RedisLinks links;
  @Inject ProjectionConfig config;

  public ViewDefinition definition(String view) {
    return views.find(new ViewName(view));
  }

  /** An entry's value as a reader is given it. */
  String value(ViewDefinition view, String key) {
    Entries.Found found = await(entries.one(view, key));
    Buffer value = Buffer.buffer();
    found.fold().value(found.entry(), value);
    return value.toString();
  }

  Assignment assignment(String view) {
    ViewDefinition definition = definition(view);
    return assignment(definition, definition.generation());
  }

  Assignment assignment(ViewDefinition definition, Generation generation) {
    var partition = generation.partitions().getFirst();
    return new Assignment(
        definition,
        generation,
        partition,
        log.keys(partition),
        generations.keys(definition.name(), generation, 0));
  }

  Worker worker(String view, String instance) {
    return worker(assignment(view), instance, Script.named("commit"));
  }

  Worker worker(Assignment work, String instance, Script commit) {
    return worker(work, instance, commit, new Roster(instance));
  }

  Worker worker(Assignment work, String instance, Script commit, Roster roster) {
    return worker(work, instance, commit, roster, new Semaphore(1));
  }

  /**
   * @param loneFolds as shared with other workers of its process
   */
  Worker worker(
      Assignment work, String instance, Script commit, Roster roster, Semaphore loneFolds) {
    var redis =
        new ShardRepositories(
            links.open("test-reads"),
            links.open("test-writes"),
            log,
            new Instance(Optional.of(instance)),
            membership(instance),
            config,
            commit);
    return new Worker(
        work,
        redis,
        new Succession(work, redis.writes(), generations, redis.membership(), roster),
        progress,
        roster,
        new WorkerMeters(new SimpleMeterRegistry(), work, millis -> 0),
        Tracing.off(),
        config,
        loneFolds);
  }

  public Membership membership(String instance) {
    return new Membership(
        links.open("test-membership"), links.open("test-notices"), keys, instance, config.lease());
  }

  Caretaker caretaker() {
    return new Caretaker(links.commands(), keys, config.keepUnused());
  }
}
