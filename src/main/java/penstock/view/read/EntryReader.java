package penstock.view.read;

import io.quarkus.runtime.Startup;
import io.vertx.core.Future;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.redis.RedisNumber;
import penstock.redis.Script;
import penstock.stream.Cursor;
import penstock.stream.Partition;
import penstock.view.Generation;
import penstock.view.GenerationRegistry;
import penstock.view.ViewDefinition;
import penstock.view.ViewName;
import penstock.view.fold.Entry;
import penstock.view.fold.Fold;
import penstock.view.fold.Utf8Order;

/**
 * Reads the entries of the generation that is served. Its futures complete on the caller's context
 * and fail as {@link RedisLink} says, or since no generation is served yet.
 *
 * <p>What several partitions made of a key is read from each at about the same time, and combined;
 * the cursor that comes with it says up to where in each.
 */
@ApplicationScoped
@Startup
public class EntryReader {

  /** After as many bytes no further entry is read, so that a script stays short. */
  private static final int MAX_BYTES = 512 * 1024;

  private static final int STANDING = 4;

  private static final Script ENTRY = Script.named("entry");
  private static final Script ENTRIES = Script.named("entries");

  private final RedisLink link;
  private final GenerationRegistry generations;
  private final Keys keys;
  private final OptimisticRead served;

  @Inject
  public EntryReader(RedisLinks links, GenerationRegistry generations, Keys keys) {
    this.link = links.openForReads("entries");
    this.generations = generations;
    this.keys = keys;
    this.served = new OptimisticRead(generations, link);
  }

  /** Over which is read: what is seen over it is not older than what was seen before. */
  RedisLink link() {
    return link;
  }

  /**
   * What was found of a key.
   *
   * @param entry null if there is none
   * @param applied what the view had applied
   */
  public record EntryLookup(Fold fold, String key, @Nullable Entry entry, Cursor applied) {}

  /**
   * Entries in the order of their keys' bytes.
   *
   * @param complete no entry lies behind them
   */
  public record EntryPage(
      Fold fold, SortedMap<String, Entry> entries, boolean complete, Cursor applied) {}

  /** The entry of a key. */
  public Future<EntryLookup> one(ViewDefinition view, String key) {
    return served.of(view, generation -> one(view.name(), generation, key));
  }

  private Future<EntryLookup> one(ViewName view, Generation generation, String key) {
    return Future.all(
            generation.partitions().stream()
                .map(
                    partition ->
                        ENTRY.run(
                            link, request(ENTRY, view, generation, partition, MAX_BYTES).arg(key)))
                .toList())
        .map(
            all -> {
              List<Response> replies = all.list();
              Fold fold = generation.fold();
              Entry combined = null;
              for (Response reply : replies) {
                Entry part = EntryFields.read(reply.get(STANDING));
                if (part != null) {
                  combined = combined == null ? part : fold.combine(combined, part);
                }
              }
              return new EntryLookup(fold, key, combined, applied(generation, replies));
            });
  }

  /**
   * A page of entries.
   *
   * @param after the key before the first; null for the beginning
   */
  public Future<EntryPage> page(ViewDefinition view, @Nullable String after, int limit) {
    return served.of(view, generation -> page(view.name(), generation, after, limit));
  }

  /**
   * A page of those entries that have one of some keys, which are few.
   *
   * @param after the key before the first; null for the beginning
   */
  public Future<EntryPage> page(
      ViewDefinition view, Set<String> wanted, @Nullable String after, int limit) {
    var sorted = new TreeSet<String>(Utf8Order::compare);
    sorted.addAll(wanted);
    List<String> behind = List.copyOf(after == null ? sorted : sorted.tailSet(after, false));
    List<String> asked = behind.subList(0, Math.min(limit, behind.size()));
    return served.of(view, generation -> page(view.name(), generation, asked, behind.size()));
  }

  private Future<EntryPage> page(
      ViewName view, Generation generation, List<String> wanted, int left) {
    return replies(view, generation, wanted, link)
        .map(
            replies -> {
              EntrySubset subset = subset(generation, wanted, replies);
              var entries = new TreeMap<String, Entry>(Utf8Order::compare);
              entries.putAll(subset.found());
              return new EntryPage(
                  generation.fold(), entries, subset.known() == left, applied(generation, replies));
            });
  }

  private Future<EntryPage> page(
      ViewName view, Generation generation, @Nullable String after, int limit) {
    return page(view, generation, after, limit, MAX_BYTES, link);
  }

  /** A page of one generation's entries, over another link, where its order matters. */
  Future<EntryPage> page(
      ViewName view,
      Generation generation,
      @Nullable String after,
      int limit,
      long bytes,
      RedisLink over) {
    String from = after == null ? "-" : "(" + after;
    return Future.all(
            generation.partitions().stream()
                .map(
                    partition ->
                        ENTRIES.run(
                            over,
                            request(ENTRIES, view, generation, partition, bytes)
                                .arg(from)
                                .arg(limit)))
                .toList())
        .map(all -> page(generation, all.list(), limit));
  }

  /**
   * Of a partition that has more, what lies behind its last key is not known; so the page ends at
   * the first such key.
   */
  private static EntryPage page(Generation generation, List<Response> replies, int limit) {
    Fold fold = generation.fold();
    var entries = new TreeMap<String, Entry>(Utf8Order::compare);
    String end = null;
    for (Response reply : replies) {
      String last = null;
      for (int i = STANDING + 1; i + 1 < reply.size(); i += 2) {
        last = reply.get(i).toString(StandardCharsets.UTF_8);
        entries.merge(last, EntryFields.read(reply.get(i + 1)), fold::combine);
      }
      boolean hasMore = RedisNumber.intOf(reply.get(STANDING)) == 1;
      if (hasMore && last != null && (end == null || Utf8Order.compare(last, end) < 0)) {
        end = last;
      }
    }
    SortedMap<String, Entry> known = end == null ? entries : entries.headMap(end, true);
    boolean complete = end == null;
    while (known.size() > limit) {
      known.remove(known.lastKey());
      complete = false;
    }
    return new EntryPage(fold, known, complete, applied(generation, replies));
  }

  /**
   * What a generation has of some keys now, over another link, where its order matters; those that
   * it does not have are absent. May have fewer than asked for: then the rest is to be asked again.
   */
  Future<EntrySubset> some(
      ViewName view, Generation generation, List<String> wanted, RedisLink over) {
    return replies(view, generation, wanted, over)
        .map(replies -> subset(generation, wanted, replies));
  }

  private Future<List<Response>> replies(
      ViewName view, Generation generation, List<String> wanted, RedisLink over) {
    return Future.all(
            generation.partitions().stream()
                .map(
                    partition -> {
                      Request call = request(ENTRY, view, generation, partition, MAX_BYTES);
                      wanted.forEach(call::arg);
                      return ENTRY.run(over, call);
                    })
                .toList())
        .map(all -> all.list());
  }

  private static EntrySubset subset(
      Generation generation, List<String> wanted, List<Response> replies) {
    int known = wanted.size();
    for (Response reply : replies) {
      known = Math.min(known, reply.size() - STANDING);
    }
    var found = new HashMap<String, Entry>();
    for (Response reply : replies) {
      for (int i = 0; i < known; i++) {
        Entry part = EntryFields.read(reply.get(STANDING + i));
        if (part != null) {
          found.merge(wanted.get(i), part, generation.fold()::combine);
        }
      }
    }
    return new EntrySubset(known, found);
  }

  /**
   * What was found of some keys.
   *
   * @param known of how many of the wanted keys, from the first on
   */
  record EntrySubset(int known, Map<String, Entry> found) {}

  private Request request(
      Script script, ViewName view, Generation generation, Partition partition, long bytes) {
    Keys.OfView names = generations.keys(view, generation, partition.index());
    String log = keys.partition(partition.stream().value(), partition.index()).log();
    return script.call(names.state(), names.index(), log).arg(names.entries()).arg(bytes);
  }

  private static Cursor applied(Generation generation, List<Response> replies) {
    return ShardProgress.cursor(
        generation.stream(), replies.stream().map(ShardProgress::of).toList());
  }
}
