package penstock.view;

import io.quarkus.runtime.Startup;
import io.vertx.core.Future;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.redis.Script;
import penstock.stream.Cursor;
import penstock.stream.Partition;

/**
 * Reads the entries of the generation that is served. Its futures complete on the caller's context
 * and fail as {@link RedisLink} says, or since no generation is served yet.
 *
 * <p>Views have one partition yet; the values of several will be combined here.
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
   * @param applied what the view had applied; null if the stream has no log yet
   */
  public record Found(Fold fold, String key, @Nullable Entry entry, @Nullable Cursor applied) {}

  /**
   * Entries in the order of their keys' bytes.
   *
   * @param entries each with its entry
   * @param complete no entry lies behind them
   */
  public record Page(List<Found> entries, boolean complete, @Nullable Cursor applied) {}

  /** The entry of a key. */
  public Future<Found> one(ViewDefinition view, String key) {
    return read(view, generation -> one(view.name(), generation, key));
  }

  private Future<Found> one(ViewName view, Generation generation, String key) {
    return ENTRY
        .run(link, request(ENTRY, view, generation).arg(key))
        .map(
            reply ->
                new Found(
                    generation.fold(),
                    key,
                    entry(reply.get(STANDING)),
                    applied(generation, reply)));
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
    Request request =
        request(ENTRIES, view, generation).arg(after == null ? "-" : "(" + after).arg(limit);
    return ENTRIES
        .run(link, request)
        .map(
            reply -> {
              Fold fold = generation.fold();
              Cursor applied = applied(generation, reply);
              var found = new ArrayList<Found>();
              for (int i = STANDING + 1; i + 1 < reply.size(); i += 2) {
                String key = reply.get(i).toString(StandardCharsets.UTF_8);
                found.add(new Found(fold, key, entry(reply.get(i + 1)), applied));
              }
              return new Page(found, reply.get(STANDING).toInteger() == 0, applied);
            });
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

  private Request request(Script script, ViewName view, Generation generation) {
    Partition partition = generation.partitions().getFirst();
    Keys.OfView names = generations.keys(view, generation, partition.index());
    String log = keys.partition(partition.stream().value(), partition.index()).log();
    return script.call(names.state(), names.index(), log).arg(names.entries()).arg(MAX_BYTES);
  }

  private static @Nullable Cursor applied(Generation generation, Response reply) {
    return Standing.cursor(generation.partitions().getFirst(), Standing.of(reply));
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
