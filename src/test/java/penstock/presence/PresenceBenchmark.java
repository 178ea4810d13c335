package penstock.presence;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import penstock.load.Bystanders;
import penstock.load.ClosedLoop;
import penstock.load.KeepAliveConnection;
import penstock.load.Percentiles;
import penstock.load.RawPipeline;
import penstock.load.RedisLog;
import penstock.redis.RedisConversation;

/**
 * Members of 1,000 rooms: how many join and send heartbeats a second, beside ZADD and HSET
 * pipelined over one socket; how late time-outs are told; what a service's other clients notice
 * while half of the members time out in the same second. The service and its Redis, with their
 * clocks, are on this machine and hold nothing else, and are to be thrown away afterwards, since
 * members stay for an hour. The stream {@code presence} has one partition, and a stream {@code
 * bystanders} is declared ({@code -Dpenstock.streams.bystanders.partitions=1}). The view {@code
 * rooms} takes its part of the machine, unless {@code penstock.projection.enabled} is false. Run it
 * from the project's root:
 *
 * <pre>
 * ./mvnw -q package -DskipTests dependency:build-classpath -Dmdep.outputFile=target/classpath -Dmdep.includeScope=test
 * java -cp target/test-classes:target/classes:$(cat target/classpath) penstock.presence.PresenceBenchmark HOST PORT REDIS_PORT [MEMBERS]
 * </pre>
 */
public final class PresenceBenchmark {

  private static final int MEMBERS = 100_000;
  private static final int ROOMS = 1_000;
  private static final int CONNECTIONS = 64;
  private static final int WARM_UP = 20_000;
  private static final int RAW_BATCH = 100;
  private static final int HEARTBEAT_ROUNDS = 2;
  private static final String LONG = "1h";

  /** Time-outs that are spread, and over how long. */
  private static final int SPREAD = 2_000;

  private static final long SPREAD_MILLIS = 20_000;
  private static final long AHEAD_MILLIS = 5_000;

  private static final byte[] NOTHING = {};
  private static final byte[] METADATA = "{\"mood\":\"fine\"}".getBytes(StandardCharsets.US_ASCII);

  private final String host;
  private final int redisPort;
  private final int members;
  private final ClosedLoop clients;

  private PresenceBenchmark(String[] args) {
    host = args[0];
    int port = Integer.parseInt(args[1]);
    redisPort = Integer.parseInt(args[2]);
    members = args.length > 3 ? Integer.parseInt(args[3]) : MEMBERS;
    clients = new ClosedLoop(host, port, CONNECTIONS);
  }

  public static void main(String[] args) throws Exception {
    var benchmark = new PresenceBenchmark(args);
    try (var redis = new RedisConversation(benchmark.redisPort);
        var log = new RedisLog(benchmark.redisPort, "presence")) {
      benchmark.warmUp(redis);
      benchmark.rates(redis);
      benchmark.spread(redis, log);
      benchmark.sameSecond(redis, log, Integer.parseInt(args[1]));
    }
  }

  private static String path(int number, String ttl) {
    return "/presence/room-%d/member-%d?ttl=%s".formatted(number % ROOMS, number, ttl);
  }

  /** Members of rooms of their own come, stay for a moment, and time out. */
  private void warmUp(RedisConversation redis) throws Exception {
    for (int round = 0; round < 2; round++) {
      clients.run(
          WARM_UP,
          (over, n) ->
              over.send("PUT", "/presence/warm-%d/member-%d?ttl=5s".formatted(n % 200, n)));
    }
    raw(redis, WARM_UP);
    awaitGone(redis, System.currentTimeMillis() + AHEAD_MILLIS);
  }

  private void rates(RedisConversation redis) throws Exception {
    double joins =
        clients.run(
            members,
            (over, n) ->
                over.send("PUT", path(n, LONG), "Content-Type: application/json\r\n", METADATA)
                    .expect(201));
    double heartbeats =
        clients.run(HEARTBEAT_ROUNDS * members, (over, n) -> heartbeat(over, n % members, LONG));
    double[] raw = raw(redis, members);
    print("| | Penstock, /s | ZADD + HSET, /s | ratio |%n|---|---|---|---|");
    print("| joins | %,.0f | %,.0f | %.2f |", joins, raw[0], joins / raw[0]);
    print("| heartbeats | %,.0f | %,.0f | %.2f |", heartbeats, raw[1], heartbeats / raw[1]);
  }

  private static void heartbeat(KeepAliveConnection over, int number, String ttl)
      throws IOException {
    over.send("PUT", path(number, ttl), "", NOTHING).expect(200);
  }

  /** How many of Redis's own members are written a second: first new ones, then the same again. */
  private double[] raw(RedisConversation redis, int count) throws Exception {
    double[] rates = new double[2];
    String value = new String(METADATA, StandardCharsets.US_ASCII);
    try (var pipeline = new RawPipeline(host, redisPort)) {
      for (int round = 0; round < rates.length; round++) {
        long start = System.nanoTime();
        for (int n = 0; n < count; n++) {
          String deadline = Long.toString(System.currentTimeMillis() + 3_600_000);
          pipeline.add("ZADD", "raw:deadlines", deadline, "room-" + n % ROOMS + "/member-" + n);
          pipeline.add("HSET", "raw:room-" + n % ROOMS, "member-" + n, deadline + ":" + value);
          if (n % RAW_BATCH == RAW_BATCH - 1) {
            pipeline.send();
          }
        }
        pipeline.finish();
        rates[round] = count / ((System.nanoTime() - start) / 1e9);
      }
    }
    for (int room = 0; room < ROOMS; room++) {
      redis.ask("DEL", "raw:room-" + room);
    }
    redis.ask("DEL", "raw:deadlines");
    return rates;
  }

  private void spread(RedisConversation redis, RedisLog log) throws Exception {
    log.skip();
    long base = System.currentTimeMillis() + AHEAD_MILLIS;
    timeOut(0, SPREAD, base, SPREAD_MILLIS);
    awaitGone(redis, base + SPREAD_MILLIS);
    var outcome = new Outcome();
    log.read(outcome::add);
    print(
        "%,d of %,d members time out over %d s: %s",
        SPREAD, members, SPREAD_MILLIS / 1000, outcome);
  }

  private void sameSecond(RedisConversation redis, RedisLog log, int port) throws Exception {
    int some = members / 2;
    try (var bystanders = new Bystanders(host, port)) {
      // Time enough for 5,000 heartbeats a second; what is later would be seen in the deadlines.
      long base = System.currentTimeMillis() + AHEAD_MILLIS * 2 + some / 5;
      long nanos = System.nanoTime() + (base - System.currentTimeMillis()) * 1_000_000;
      timeOut(SPREAD, some, base, 1_000);
      long sent = System.nanoTime();
      awaitGone(redis, base + 1_000);
      var outcome = new Outcome();
      log.read(outcome::add);
      Thread.sleep(200);
      long end = nanos + (outcome.lastTold - base) * 1_000_000;
      print("%,d of %,d members time out within a second: %s", some, members, outcome);
      print("others before: %s", bystanders.between(sent + 1_000_000_000, nanos));
      print("others then:   %s", bystanders.between(nanos, end));
    }
  }

  /** Heartbeats with times to live that end one after the other in this time from a moment on. */
  private void timeOut(int first, int count, long base, long millis)
      throws InterruptedException, ExecutionException {
    clients.run(
        count,
        (over, n) -> {
          long ttl = base + millis * n / count - System.currentTimeMillis();
          heartbeat(over, first + n, Math.max(1_000, ttl) + "ms");
        });
  }

  private static void awaitGone(RedisConversation redis, long deadline)
      throws InterruptedException {
    // What is sent may come to Redis some milliseconds late, and its deadline with it.
    long until = deadline + 500;
    while (System.currentTimeMillis() <= until) {
      Thread.sleep(20);
    }
    while (!Long.valueOf(0)
        .equals(redis.ask("ZCOUNT", "ps:{presence/0}:due:presence", "-inf", until))) {
      Thread.sleep(20);
    }
  }

  /** What the log says of time-outs. */
  private static final class Outcome {

    private final Percentiles lateness = new Percentiles();
    private long firstDeadline = Long.MAX_VALUE;
    private long lastDeadline;
    private long lastTold;
    private int told;

    void add(RedisLog.Entry entry) {
      if (entry.field("type").equals("presence.timed-out")) {
        String text = new JsonObject(entry.field("data")).getString("deadline");
        long deadline = Instant.parse(text).toEpochMilli();
        firstDeadline = Math.min(firstDeadline, deadline);
        lastDeadline = Math.max(lastDeadline, deadline);
        lastTold = Math.max(lastTold, entry.millis());
        lateness.add(entry.millis() - deadline);
        told++;
      }
    }

    @Override
    public String toString() {
      return "deadlines within %,d ms, the last told %,d ms after the first of them (%,.0f/s), late by %s"
          .formatted(
              lastDeadline - firstDeadline,
              lastTold - firstDeadline,
              told * 1000.0 / (lastTold - firstDeadline),
              lateness);
    }
  }

  private static void print(String form, Object... values) {
    System.out.printf(Locale.ROOT, form + "%n", values);
  }
}
