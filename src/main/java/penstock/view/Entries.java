package penstock.view;

import io.quarkus.runtime.Startup;
import io.vertx.core.Future;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.redis.RedisNumber;
import penstock.redis.Script;
import penstock.stream.Cursor;
import penstock.stream.Partition;

/**
 * Reads the entries of the generation that is served. Its futures complete on the caller's context
 * and fail as {@link RedisLink} says, or since no generation is served yet.
 *
 * <p>What several partitions made of a key is read from each at about the same time, and combined;
 * the cursor that is told with it says up to where in each.
 */
@ApplicationScoped
@Startup
public class Entries {

  /** After as many bytes no further entry is read, so that a script stays short. */
  private static final int MAX_BYTES = 512 * 1024;

  private static final int STANDING = 4;

  private static final Script ENTRY = Script.named("entry");
  private static final Script ENTRIES = Script.named("entries");

  private final RedisLink link;
  private final Generations generations;
  private final Keys keys;

  /** What was served when it was last looked; a wrong guess costs a second read. */
  private final Map<ViewName, Generation> guesses = new ConcurrentHashMap<>();

  @Inject
  public Entries(RedisLinks links, Generations generations, Keys keys) {
    this.link = links.open("entries");
    this.generations = generations;
    this.keys = keys;
  }

  /**
   * What was found of a key.
   *
   * @param entry null if there is none
   * @param applied what the view had applied
   */
  public record Found(Fold fold, String key, @Nullable Entry entry, Cursor applied) {}

  /**
   * Entries in the order of their keys' bytes.
   *
   * @param complete no entry lies behind them
   */
  public record Page(
      Fold fold, SortedMap<String, Entry> entries, boolean complete, Cursor applied) {}

  /** The entry of a key. */
  public Future<Found> one(ViewDefinition view, String key) {
    return read(view, generation -> one(view.name(), generation, key));
  }

  private Future<Found> one(ViewName view, Generation generation, String key) {
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
                Entry part = entry(reply.get(STANDING));
                if (part != null) {
                  combined = combined == null ? part : fold.combine(combined, part);
                }
              }
              return new Found(fold, key, combined, applied(generation, replies));
            });
  }

  /**
   * A page of entries.
   *
   * @param after the key before the first; null for the beginning
   */
  public Future<Page> page(ViewDefinition view, @Nullable String after, int limit) {
    return read(view, generation -> page(view.name(), generation, after, limit));
  }

  private Future<Page> page(
      ViewName view, Generation generation, @Nullable String after, int limit) {
    return page(view, generation, after, limit, MAX_BYTES, link);
  }

  /** A page of one generation's entries, over another link, where its order matters. */
  Future<Page> page(
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
  private static Page page(Generation generation, List<Response> replies, int limit) {
    Fold fold = generation.fold();
    var entries = new TreeMap<String, Entry>(Entries::compare);
    String end = null;
    for (Response reply : replies) {
      String last = null;
      for (int i = STANDING + 1; i + 1 < reply.size(); i += 2) {
        last = reply.get(i).toString(StandardCharsets.UTF_8);
        entries.merge(last, entry(reply.get(i + 1)), fold::combine);
      }
      boolean hasMore = RedisNumber.intOf(reply.get(STANDING)) == 1;
      if (hasMore && last != null && (end == null || compare(last, end) < 0)) {
        end = last;
      }
    }
    SortedMap<String, Entry> known = end == null ? entries : entries.headMap(end, true);
    boolean complete = end == null;
    while (known.size() > limit) {
      known.remove(known.lastKey());
      complete = false;
    }
    return new Page(fold, known, complete, applied(generation, replies));
  }

  /** By the bytes of UTF-8, as Redis has it. */
  static int compare(String one, String other) {
    return Arrays.compareUnsigned(
        one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Reads from the generation that is probably served, and then sees whether it was: one round trip
   * as a rule.
   */
  private <T> Future<T> read(ViewDefinition view, Function<Generation, Future<T>> reading) {
    Generation guess = guesses.getOrDefault(view.name(), view.generation());
    Future<T> read = reading.apply(guess);
    return generations
        .served(view, link)
        .compose(
            served -> {
              if (served.equals(guess)) {
                return read;
              }
              guesses.put(view.name(), served);
              return reading.apply(served);
            });
  }

  /**
   * What a generation has of some keys now, over another link, where its order matters; those that
   * it does not have are absent. May tell fewer than asked for: then the rest is to be asked again.
   */
  Future<Some> some(ViewName view, Generation generation, List<String> wanted, RedisLink over) {
    return Future.all(
            generation.partitions().stream()
                .map(
                    partition -> {
                      Request call = request(ENTRY, view, generation, partition, MAX_BYTES);
                      wanted.forEach(call::arg);
                      return ENTRY.run(over, call);
                    })
                .toList())
        .map(
            all -> {
              List<Response> replies = all.list();
              int told = wanted.size();
              for (Response reply : replies) {
                told = Math.min(told, reply.size() - STANDING);
              }
              var found = new HashMap<String, Entry>();
              for (Response reply : replies) {
                for (int i = 0; i < told; i++) {
                  Entry part = entry(reply.get(STANDING + i));
                  if (part != null) {
                    found.merge(wanted.get(i), part, generation.fold()::combine);
                  }
                }
              }
              return new Some(told, found);
            });
  }

  /**
   * What was found of some keys.
   *
   * @param told of how many of the wanted keys, from the first on
   */
  record Some(int told, Map<String, Entry> found) {}

  private Request request(
      Script script, ViewName view, Generation generation, Partition partition, long bytes) {
    Keys.OfView names = generations.keys(view, generation, partition.index());
    String log = keys.partition(partition.stream().value(), partition.index()).log();
    return script.call(names.state(), names.index(), log).arg(names.entries()).arg(bytes);
  }

  private static Cursor applied(Generation generation, List<Response> replies) {
    return Standing.cursor(generation.stream(), replies.stream().map(Standing::of).toList());
  }

  /** Reads an array of field, value, ...; null stays null. */
  public static @Nullable Entry entry(@Nullable Response fields) {
    if (fields == null) {
      return null;
    }
    var map = new HashMap<String, byte[]>(fields.size());
    for (int i = 0; i + 1 < fields.size(); i += 2) {
      map.put(fields.get(i).toString(StandardCharsets.UTF_8), fields.get(i + 1).toBytes());
    }
    return Entry.of(map);
  }
}
