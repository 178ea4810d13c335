package penstock.view.read;

import io.quarkus.runtime.Startup;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Response;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.Script;
import penstock.stream.LogState;
import penstock.stream.Position;
import penstock.stream.log.EventLog;
import penstock.stream.tail.TailSource;
import penstock.view.Generation;
import penstock.view.GenerationRegistry;
import penstock.view.ViewDefinition;
import penstock.view.fold.Entry;
import penstock.view.fold.Fold;

/**
 * What is read for the readers of a view's feed: which keys changed, and what they and all others
 * are now. The caller gives the link, since the order of these reads is what keeps a key from going
 * back. Futures fail as {@link RedisLink} says, or since no generation is served yet.
 */
@ApplicationScoped
@Startup
public class ChangelogReader {

  private static final int HEADER = 6;
  private static final Script CHANGES = Script.named("changes");

  private final EventLog log;
  private final GenerationRegistry generations;
  private final EntryReader entries;

  @Inject
  public ChangelogReader(EventLog log, GenerationRegistry generations, EntryReader entries) {
    this.log = log;
    this.generations = generations;
    this.entries = entries;
  }

  /** What one commit changed in one partition. */
  public record ChangelogEntry(Position position, List<String> keys) {

    public ChangelogEntry {
      keys = List.copyOf(keys);
    }
  }

  /**
   * Changes of a partition that follow one another.
   *
   * @param state of the changes, as of a log: the life is empty if the generation has not begun in
   *     the life of its log, and there is only the present term
   */
  public record ChangelogPage(LogState state, List<ChangelogEntry> changes) {

    public ChangelogPage {
      changes = List.copyOf(changes);
    }
  }

  /**
   * What some keys are. For whoever asked for it to change.
   *
   * @param json by key: {@code {"key":...,"value":...}}, in the order in which they were asked for
   * @param absent those of them that are no entries
   */
  public record CurrentValues(Map<String, Buffer> json, Set<String> absent) {}

  /**
   * Entries in the order of their keys.
   *
   * @param json the entries as elements of a JSON array, not to be modified
   * @param last the key of the last of them; null if there are none
   * @param complete none lies behind them
   */
  public record SnapshotPage(Buffer json, @Nullable String last, boolean complete) {}

  /** The generation that is served; fails with a problem if none is yet. */
  public Future<Generation> served(ViewDefinition view, RedisLink over) {
    return generations.served(view, over);
  }

  /** What is read of it over the link from now on is what there was when it came to be served. */
  public void renew(ViewDefinition view, Generation generation, RedisLink over) {
    generations.renew(view.name(), generation, over);
  }

  /** Generations of the view that the registry knows. */
  public Future<List<Generation>> known(ViewDefinition view) {
    return generations.registry().map(registry -> registry.known(view.name()));
  }

  /**
   * The changes of a partition, to be followed. What is told of a key in one of several partitions
   * is not what it is, if what they have of it is combined.
   */
  public TailSource source(ViewDefinition view, Generation generation, int partition) {
    Keys.OfView names = generations.keys(view.name(), generation, partition);
    boolean whole = generation.partitions().size() == 1 || !generation.fold().combines();
    return new TailSource.Other(
        view.name() + ":" + generation + "/" + partition,
        names.changes(),
        whole ? names.told() : null,
        ChangeNews::of,
        over ->
            after(view, generation, partition, Position.ZERO, 0, over).map(found -> found.state()));
  }

  /** At most {@code count} changes behind a place, oldest first, and the state at that moment. */
  public Future<ChangelogPage> after(
      ViewDefinition view,
      Generation generation,
      int partition,
      Position after,
      int count,
      RedisLink over) {
    Keys.OfView names = generations.keys(view.name(), generation, partition);
    Keys.OfPartition logs = log.keys(generation.partitions().get(partition));
    return CHANGES
        .run(
            over,
            CHANGES
                .call(logs.events(), logs.log(), names.state(), names.changes())
                .arg(logs.seen())
                .arg(log.newLife())
                .arg(after.toString())
                .arg(count))
        .map(ChangelogReader::found)
        .recover(
            failure ->
                RedisLink.isOfReplica(failure)
                    ? log.note(List.of(generation.partitions().get(partition)), failure)
                    : Future.failedFuture(failure));
  }

  private static ChangelogPage found(Response reply) {
    var changes = new ArrayList<ChangelogEntry>();
    for (Response entry : reply.get(HEADER)) {
      var keys = new ArrayList<String>();
      Response fields = entry.get(1);
      for (int i = 0; i < fields.size(); i += 2) {
        keys.add(fields.get(i).toString(StandardCharsets.UTF_8));
      }
      changes.add(new ChangelogEntry(Position.parse(entry.get(0).toString()), keys));
    }
    return new ChangelogPage(LogState.of(reply), changes);
  }

  /**
   * What some keys are now, combined over all partitions: for each {@code {"key":...,"value":...}},
   * with the value {@code null} if there is no such entry; in the order of the keys. May have fewer
   * than asked for, but at least one: then the rest is to be asked again.
   */
  public Future<CurrentValues> values(
      ViewDefinition view, Generation generation, List<String> keys, RedisLink over) {
    return entries
        .some(view.name(), generation, keys, over)
        .map(
            some -> {
              Fold fold = generation.fold();
              var values = new CurrentValues(new LinkedHashMap<>(), new HashSet<>());
              for (String key : keys.subList(0, some.known())) {
                Entry entry = some.found().get(key);
                values.json().put(key, EntryJson.entry(key, entry, fold));
                if (entry == null) {
                  values.absent().add(key);
                }
              }
              return values;
            });
  }

  /**
   * A page of what all entries are now.
   *
   * @param after the key before the first; null for the beginning
   * @param bytes after which no further entry is read from a partition
   */
  public Future<SnapshotPage> page(
      ViewDefinition view,
      Generation generation,
      @Nullable String after,
      int limit,
      long bytes,
      RedisLink over) {
    return entries
        .page(view.name(), generation, after, limit, bytes, over)
        .map(
            page -> {
              return new SnapshotPage(
                  EntryJson.elements(page),
                  page.entries().isEmpty() ? after : page.entries().lastKey(),
                  page.complete());
            });
  }
}
