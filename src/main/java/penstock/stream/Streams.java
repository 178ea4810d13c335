package penstock.stream;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Response;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;

/**
 * The streams that exist: those declared in the configuration, and those that were created by an
 * append, which the registry in Redis remembers.
 */
@ApplicationScoped
public class Streams {

  private final Map<StreamName, Stream> declared = new TreeMap<>();
  private final Map<StreamName, Stream> created = new ConcurrentHashMap<>();
  private final StreamsConfig config;
  private final RedisLink link;
  private final Keys keys;

  @Inject
  public Streams(StreamsConfig config, RedisLinks links, Keys keys) {
    this.config = config;
    this.link = links.commands();
    this.keys = keys;
    config
        .byName()
        .forEach(
            (name, settings) -> {
              if (!Names.isValid(name)) {
                throw new ConfigurationException(
                    "penstock.streams." + name + ": the name of a stream must match " + Names.RULE);
              }
              declared.put(new StreamName(name), Stream.of(new StreamName(name), settings));
            });
  }

  /** The stream, if this instance knows it without asking Redis. */
  public Optional<Stream> known(StreamName name) {
    Stream stream = declared.get(name);
    return Optional.ofNullable(stream != null ? stream : created.get(name));
  }

  /** The stream; a problem if there is none. */
  public Future<Stream> find(StreamName name) {
    return known(name)
        .map(Future::succeededFuture)
        .orElseGet(
            () ->
                link.send(Command.HGET, keys.streams(), name.value())
                    .compose(
                        partitions ->
                            partitions == null
                                ? Future.failedFuture(unknown(name))
                                : Future.succeededFuture(remember(name, partitions.toInteger()))));
  }

  /**
   * The stream for an append: created if there is none and {@code penstock.streams.auto-create} is
   * on.
   */
  public Future<Stream> findOrCreate(StreamName name) {
    if (!config.autoCreate()) {
      return find(name);
    }
    return known(name)
        .map(Future::succeededFuture)
        .orElseGet(
            () ->
                link.send(Command.HSETNX, keys.streams(), name.value(), 1)
                    .compose(done -> link.send(Command.HGET, keys.streams(), name.value()))
                    .map(partitions -> remember(name, partitions.toInteger())));
  }

  /** All streams, by name. */
  public Future<List<Stream>> all() {
    return link.send(Command.HGETALL, keys.streams())
        .map(
            registry -> {
              var all = new TreeMap<StreamName, Stream>(declared);
              for (int i = 0; i + 1 < registry.size(); i += 2) {
                Response name = registry.get(i);
                StreamName streamName = new StreamName(name.toString());
                int partitions = registry.get(i + 1).toInteger();
                all.computeIfAbsent(streamName, absent -> remember(absent, partitions));
              }
              return new ArrayList<>(all.values());
            });
  }

  /** Those of the configuration, by name. */
  public List<Stream> declared() {
    return List.copyOf(declared.values());
  }

  private Stream remember(StreamName name, int partitions) {
    return created.computeIfAbsent(
        name, absent -> Stream.created(absent, partitions, config.createdDedupWindow()));
  }

  private static ProblemException unknown(StreamName name) {
    return ProblemException.of(
        ProblemType.UNKNOWN_STREAM,
        "There is no stream '"
            + name
            + "'. Declare it with penstock.streams."
            + name
            + ".partitions=1, or turn on penstock.streams.auto-create.");
  }
}
