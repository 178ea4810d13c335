package penstock.stream.registry;

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
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import penstock.http.Namespace;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.redis.RedisNumber;
import penstock.security.AuthConfig;
import penstock.stream.NameRule;
import penstock.stream.StreamName;

/**
 * The streams that exist: those declared in the configuration, and those that were created by an
 * append, which the registry in Redis remembers. Where callers have tenants, each tenant has those
 * that are declared, with their settings, from when they are first used.
 */
@ApplicationScoped
public class Streams {

  private static final Logger LOG = Logger.getLogger(Streams.class);

  private final Map<StreamName, Stream> declared = new TreeMap<>();
  private final Map<StreamName, Stream> known = new ConcurrentHashMap<>();
  private final Map<StreamName, String> refused = new ConcurrentHashMap<>();
  private final StreamsConfig config;
  private final boolean tenants;
  private final RedisLink link;
  private final Keys keys;

  @Inject
  public Streams(StreamsConfig config, AuthConfig auth, RedisLinks links, Keys keys) {
    this.config = config;
    this.tenants = AuthConfig.hasTenants(auth);
    this.link = links.commands();
    this.keys = keys;
    config
        .byName()
        .forEach(
            (name, settings) -> {
              if (!NameRule.isValid(name)) {
                throw new ConfigurationException(
                    "penstock.streams."
                        + name
                        + ": the name of a stream must match "
                        + NameRule.RULE);
              }
              declared.put(new StreamName(name), Stream.of(new StreamName(name), settings));
            });
  }

  /** As the configuration declares it, whatever Redis says. */
  public Optional<Stream> declared(StreamName name) {
    return Optional.ofNullable(declared.get(name));
  }

  /** The stream, if this instance knows it without asking Redis. */
  public Optional<Stream> known(StreamName name) {
    return Optional.ofNullable(known.get(name));
  }

  /**
   * The stream; a problem if there is none, or if it has another number of partitions than is
   * declared.
   */
  public Future<Stream> find(StreamName name) {
    Stream found = known.get(name);
    if (found != null) {
      return Future.succeededFuture(found);
    }
    return link.send(Command.HGET, keys.streams(), name.value())
        .compose(
            partitions -> {
              Stream stream = configured(name);
              if (stream == null) {
                return partitions == null
                    ? Future.failedFuture(unknown(name))
                    : Future.succeededFuture(
                        remember(created(name, RedisNumber.intOf(partitions))));
              }
              return partitions == null
                  ? register(stream)
                  : check(stream, RedisNumber.intOf(partitions));
            });
  }

  /**
   * The stream for an append: created if there is none and {@code penstock.streams.auto-create} is
   * on.
   */
  public Future<Stream> findOrCreate(StreamName name) {
    return known.containsKey(name) || configured(name) != null || !config.autoCreate()
        ? find(name)
        : register(created(name, 1));
  }

  /**
   * To be called when a log of the stream turns out to have been lost: the registry may be lost
   * with it.
   */
  public void forget(StreamName name) {
    known.remove(name);
  }

  /** To be called when streams may have been removed. */
  void forgetAll() {
    known.clear();
  }

  /**
   * How many partitions the stream may have something in, whether it is refused or not; a problem
   * if there is none.
   */
  public Future<Integer> partitions(StreamName name) {
    int declares = declared(name).map(stream -> stream.partitions().size()).orElse(0);
    return link.send(Command.HGET, keys.streams(), name.value())
        .compose(
            registered -> {
              int most = Math.max(declares, registered == null ? 0 : RedisNumber.intOf(registered));
              return most == 0 ? Future.failedFuture(unknown(name)) : Future.succeededFuture(most);
            });
  }

  /**
   * Takes a stream out of the registry, and has all instances ask it again. One that is declared
   * comes back when it is next used.
   */
  public Future<Void> unregister(StreamName name) {
    return link.send(Command.HDEL, keys.streams(), name.value())
        .compose(
            done -> {
              refused.remove(name);
              forget(name);
              return link.send(Command.PUBLISH, keys.streams(), "");
            })
        // Not heard is noticed with the next event: a user may not be allowed to publish.
        .transform(
            told ->
                told.failed() && told.cause() instanceof ProblemException
                    ? Future.failedFuture(told.cause())
                    : Future.succeededFuture());
  }

  /** Sees to it that the stream is in the registry, whatever number of partitions that has. */
  public Future<Void> register(StreamName name, int partitions) {
    return link.send(Command.HSETNX, keys.streams(), name.value(), partitions).mapEmpty();
  }

  /** The streams whose number of partitions is not the declared one, and what to do about each. */
  public Map<StreamName, String> refused() {
    return Map.copyOf(refused);
  }

  private Future<Stream> register(Stream stream) {
    String name = stream.name().value();
    return link.send(Command.HSETNX, keys.streams(), name, stream.partitions().size())
        .compose(done -> link.send(Command.HGET, keys.streams(), name))
        .compose(
            partitions ->
                // nothing: Redis was emptied in between, and what comes next registers it again
                partitions == null
                    ? Future.succeededFuture(stream)
                    : check(stream, RedisNumber.intOf(partitions)));
  }

  private Future<Stream> check(Stream stream, int partitions) {
    if (stream.partitions().size() == partitions) {
      refused.remove(stream.name());
      return Future.succeededFuture(remember(stream));
    }
    if (!declared.containsKey(stream.name())) {
      return Future.succeededFuture(remember(created(stream.name(), partitions)));
    }
    String advice =
        "The stream '%s' has %d partitions, but penstock.streams.%s.partitions=%d. The number cannot be changed, since the order of each key would be lost: set it back to %d, or declare a new stream and move its producers there."
            .formatted(
                stream.name(), partitions, stream.name(), stream.partitions().size(), partitions);
    if (refused.put(stream.name(), advice) == null) {
      LOG.errorf(
          "stream refused: stream=%s partitions=%d declared=%d; %s",
          stream.name(), partitions, stream.partitions().size(), advice);
    }
    return Future.failedFuture(ProblemException.of(ProblemType.PARTITIONS_CHANGED, advice));
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
                int partitions = RedisNumber.intOf(registry.get(i + 1));
                all.computeIfAbsent(streamName, absent -> created(absent, partitions));
              }
              return new ArrayList<>(all.values());
            });
  }

  /** Whether there may be more that are not kept for ever than the configuration declares. */
  public boolean areOfTenants() {
    return tenants;
  }

  /** Those of the configuration, by name. */
  public List<Stream> declared() {
    return List.copyOf(declared.values());
  }

  private Stream remember(Stream stream) {
    known.put(stream.name(), stream);
    return stream;
  }

  private Stream created(StreamName name, int partitions) {
    Stream own = ofTenant(name);
    return own == null
        ? Stream.created(name, partitions, config.createdDedupWindow())
        : own.as(name, partitions);
  }

  /** As it is declared, perhaps for all tenants; null if it is not. */
  private @Nullable Stream configured(StreamName name) {
    Stream own = declared.get(name);
    return own == null ? ofTenant(name) : own;
  }

  /**
   * As a tenant has it that is declared without one; null if there is none, or it is no tenant's.
   */
  private @Nullable Stream ofTenant(StreamName name) {
    Namespace space = tenants ? Namespace.ofName(name.value()) : Namespace.NONE;
    if (space.isNone()) {
      return null;
    }
    Stream same = declared.get(new StreamName(space.shown(name.value())));
    return same == null ? null : same.as(name, same.partitions().size());
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
