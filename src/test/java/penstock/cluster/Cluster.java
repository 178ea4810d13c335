package penstock.cluster;

import static penstock.Patience.await;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import penstock.redis.RedisCluster;
import penstock.redis.RedisServer;

/** Instances of the packaged service on one Redis, each with a proxy of its own before it. */
final class Cluster implements AutoCloseable {

  static final String STREAM = "orders";

  /** Rewritten often, so that a server that was killed has loaded its file soon. */
  private static final String[] REDIS_OPTIONS = {
    "--appendfsync",
    "always",
    "--auto-aof-rewrite-min-size",
    "4mb",
    "--repl-diskless-sync",
    "yes",
    "--repl-diskless-sync-delay",
    "0"
  };

  private static final int ANSWER_MILLIS = 10_000;

  /** Short, so that what was replaced is also removed while things fail. */
  private static final String KEEP_UNUSED = "5s";

  private final Path application;
  private final Settings settings;
  private final Path directory;
  private final List<Member> members = new ArrayList<>();
  private volatile RedisServer redis;
  private volatile @Nullable RedisCluster nodes;

  /**
   * Starts all, and waits until they are ready.
   *
   * @param application what was packaged
   * @param config of the service, besides what every run has
   */
  Cluster(Path application, Settings settings, Map<String, String> config) {
    this(application, settings, config, newRedis());
  }

  /**
   * The same on a server that is there.
   *
   * @param redis which is closed with the cluster
   */
  Cluster(Path application, Settings settings, Map<String, String> config, RedisServer redis) {
    this(application, settings, config, redis, null);
  }

  /** The same on a Redis Cluster, which is closed with it. */
  Cluster(Path application, Settings settings, Map<String, String> config, RedisCluster nodes) {
    this(application, settings, config, nodes.servers().getFirst(), nodes);
  }

  private Cluster(
      Path application,
      Settings settings,
      Map<String, String> config,
      RedisServer redis,
      @Nullable RedisCluster nodes) {
    this.nodes = nodes;
    this.settings = settings;
    try {
      Path logs = Files.createDirectories(Path.of("target", "cluster"));
      this.directory = Files.createTempDirectory(logs, "run-" + settings.seed() + "-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.redis = redis;
    this.application = application;
    for (int i = 0; i < settings.instances(); i++) {
      members.add(newMember(config));
    }
    members.forEach(member -> member.process().start());
    members.forEach(member -> member.process().awaitReady());
  }

  private Member newMember(Map<String, String> further) {
    String name = "i" + members.size();
    FaultyProxy proxy = new FaultyProxy(redis.port());
    Map<String, String> all = new LinkedHashMap<>(config());
    all.put("quarkus.redis.hosts", "redis://127.0.0.1:" + proxy.port());
    all.putAll(further);
    all.replaceAll((property, value) -> value.replace("{i}", name));
    Path log = directory.resolve(name + ".log");
    return new Member(new ServiceProcess(application, all, log), proxy);
  }

  /** An instance and its way to Redis. */
  record Member(ServiceProcess process, FaultyProxy proxy) {}

  /** Of the version that the run asks for. */
  static RedisServer newRedis() {
    return Boolean.getBoolean("cluster.redis.bundled")
        ? RedisServer.startBundled(REDIS_OPTIONS)
        : RedisServer.start(REDIS_OPTIONS);
  }

  private Map<String, String> config() {
    Map<String, String> config = new LinkedHashMap<>();
    config.put("penstock.streams." + STREAM + ".partitions", "" + settings.partitions());
    config.put("penstock.projection.lease", settings.lease().toMillis() + "ms");
    config.put("penstock.projection.backoff", "1s");
    config.put("penstock.projection.keep-unused", KEEP_UNUSED);
    config.put("penstock.redis.timeout", "3s");
    config.put("penstock.redis.reconnect-backoff", "500ms");
    config.put("penstock.feed.heartbeat", "2s");
    config.put("penstock.feed.drain-time", "1s");
    // Nothing balances here.
    config.put("quarkus.shutdown.delay", "0s");
    config.put("penstock.feed.history-events", "256");
    for (TestedView view : TestedView.values()) {
      config.putAll(view.config());
    }
    return config;
  }

  Settings settings() {
    return settings;
  }

  List<Member> members() {
    return members;
  }

  List<URI> uris() {
    return members.stream().map(member -> member.process().uri()).toList();
  }

  RedisServer redis() {
    return redis;
  }

  /** The server that has a key; the one that there is, unless it is a cluster. */
  RedisServer redis(String key) {
    RedisCluster several = nodes;
    return several == null ? redis : several.masterOf(key);
  }

  /** Keys that match a pattern, of all servers. */
  List<?> keys(String pattern) {
    RedisCluster several = nodes;
    return several == null
        ? (List<?>) redis.ask("KEYS", pattern)
        : several.masters().stream()
            .flatMap(one -> ((List<?>) one.ask("KEYS", pattern)).stream())
            .toList();
  }

  /** Another server takes the place of the one before. */
  void redis(RedisServer next) {
    redis = next;
  }

  /** A Redis Cluster takes the place of what was before; it is closed with this one. */
  void redis(RedisCluster next) {
    nodes = next;
  }

  /** What all keys of a partition begin with. */
  static String base(Object partition) {
    return "ps:{" + STREAM + "/" + partition + "}:";
  }

  static String events(int partition) {
    return base(partition) + "events";
  }

  /** The state of the generation that is served; null if the view has none now. */
  @Nullable String state(TestedView view, int partition) {
    Object generation = redis("ps:views").ask("HGET", "ps:views", view.viewName());
    return generation == null
        ? null
        : base(partition) + "view:" + view.viewName() + ":" + generation;
  }

  /** The generation that is served. */
  String generation(TestedView view) {
    return String.valueOf(redis("ps:views").ask("HGET", "ps:views", view.viewName()));
  }

  String group(TestedView view) {
    return "view." + view.viewName() + "." + generation(view);
  }

  /** The instance that works the first partition of a sink; waits until there is one. */
  String holder(String sink) {
    return await()
        .ignoreExceptions()
        .until(
            () ->
                get(uris().getFirst().resolve("/sinks/" + sink))
                    .getJsonArray("partitions")
                    .getJsonObject(0)
                    .getString("holder"),
            found -> found != null);
  }

  /** Asks an instance; fails unless the answer is 200. */
  static JsonObject get(URI uri) throws IOException {
    var connection = (HttpURLConnection) uri.toURL().openConnection();
    connection.setConnectTimeout(ANSWER_MILLIS);
    connection.setReadTimeout(ANSWER_MILLIS);
    if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
      throw new IOException(
          uri
              + " was answered with "
              + connection.getResponseCode()
              + ": "
              + new String(connection.getErrorStream().readAllBytes(), StandardCharsets.UTF_8));
    }
    try (var body = connection.getInputStream()) {
      return new JsonObject(new String(body.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  /** Asks an instance for something to be done; tells the status of its answer. */
  static int post(URI uri) throws IOException {
    var connection = (HttpURLConnection) uri.toURL().openConnection();
    connection.setConnectTimeout(ANSWER_MILLIS);
    connection.setReadTimeout(ANSWER_MILLIS);
    connection.setRequestMethod("POST");
    try {
      return connection.getResponseCode();
    } finally {
      connection.disconnect();
    }
  }

  /** What asks for the replay of all dead letters of a view. */
  static String replayOf(TestedView view) {
    return "/streams/" + STREAM + "/dead-letters/replay?view=" + view.viewName();
  }

  /** All entries of a view, as an instance tells them. */
  static Map<String, Object> entries(URI instance, String view) throws IOException {
    Map<String, Object> entries = new LinkedHashMap<>();
    String after = "";
    while (true) {
      JsonObject page =
          get(
              instance.resolve(
                  "/views/"
                      + view
                      + "/entries?limit=1000&after="
                      + URLEncoder.encode(after, StandardCharsets.UTF_8)));
      for (Object row : page.getJsonArray("entries")) {
        JsonObject entry = (JsonObject) row;
        entries.put(entry.getString("key"), entry.getValue("value"));
      }
      if (page.getBoolean("complete")) {
        return entries;
      }
      after = page.getString("next");
    }
  }

  /** The end of each instance's log. */
  String logs() {
    StringBuilder all = new StringBuilder("logs are in " + directory);
    for (int i = 0; i < members.size(); i++) {
      all.append("\n--- instance ").append(i).append('\n');
      all.append(members.get(i).process().end());
    }
    return all.toString();
  }

  @Override
  public void close() {
    members.forEach(member -> member.process().close());
    members.forEach(member -> member.proxy().close());
    redis.close();
    RedisCluster several = nodes;
    if (several != null) {
      several.close();
    }
  }
}
