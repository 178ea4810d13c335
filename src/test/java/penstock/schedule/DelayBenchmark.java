package penstock.schedule;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.BitSet;
import java.util.Locale;
import penstock.load.Bystanders;
import penstock.load.ClosedLoop;
import penstock.load.KeepAliveConnection;
import penstock.load.Percentiles;
import penstock.load.RawPipeline;
import penstock.load.RedisLog;
import penstock.redis.RedisConversation;

/**
 * Delayed events: how many a second are taken, in batches of 100; how many enter the log when all
 * are due in the same second, and how late, each once, and what other clients notice meanwhile; the
 * memory that this takes; how late single ones are, 200 a second. Beside it what Redis does when it
 * is given ZADD and HSET, then ZPOPMIN and XADD, pipelined over one socket. The service and its
 * Redis, with their clocks, are on this machine and hold nothing else; streams {@code delays} and
 * {@code bystanders} of one partition are declared ({@code
 * -Dpenstock.streams.delays.partitions=1}), and as many may wait ({@code
 * -Dpenstock.schedule.max-events=}, 1,000,000 by default). With the service's process id as the
 * last argument its memory is told, too. Run it from the project's root:
 *
 * <pre>
 * ./mvnw -q package -DskipTests dependency:build-classpath -Dmdep.outputFile=target/classpath -Dmdep.includeScope=test
 * java -cp target/test-classes:target/classes:$(cat target/classpath) penstock.schedule.DelayBenchmark HOST PORT REDIS_PORT [EVENTS] [PID]
 * </pre>
 */
public final class DelayBenchmark {

  private static final int EVENTS = 100_000;
  private static final int BATCH = 100;
  private static final int CONNECTIONS = 16;
  private static final int WARM_UP = 20_000;
  private static final int SINGLES = 4_000;
  private static final long SINGLES_MILLIS = 20_000;
  private static final long AHEAD_MILLIS = 5_000;
  private static final String STREAM = "delays";
  private static final String DUE = "ps:{" + STREAM + "/0}:due";
  private static final String DATA = "{\"text\":\"" + "x".repeat(90) + "\"}";
  private static final String DELIVER_AT = "\"deliverAt\":\"";
  private static final String SINGLE = "application/cloudevents+json";
  private static final String BATCHED = "application/cloudevents-batch+json";

  private final String host;
  private final int redisPort;
  private final int port;
  private final int events;
  private final String pid;
  private final String run = Long.toString(System.nanoTime());
  private final ClosedLoop clients;

  private DelayBenchmark(String[] args) {
    host = args[0];
    redisPort = Integer.parseInt(args[2]);
    events = args.length > 3 ? Integer.parseInt(args[3]) : EVENTS;
    pid = args.length > 4 ? args[4] : "";
    port = Integer.parseInt(args[1]);
    clients = new ClosedLoop(host, port, CONNECTIONS);
  }

  public static void main(String[] args) throws Exception {
    var benchmark = new DelayBenchmark(args);
    try (var redis = new RedisConversation(benchmark.redisPort);
        var log = new RedisLog(benchmark.redisPort, STREAM)) {
      benchmark.warmUp(redis);
      log.skip();
      benchmark.sameSecond(redis, log);
      double[] raw = benchmark.raw(redis, benchmark.events);
      print(
          "Redis itself: ZADD and HSET %,.0f/s in, ZPOPMIN of %d and XADD %,.0f/s out",
          raw[0], BATCH, raw[1]);
      benchmark.singles(redis, log);
    }
  }

  private void warmUp(RedisConversation redis) throws Exception {
    clients.run(
        WARM_UP / BATCH,
        (over, n) -> send(over, n, BATCH, BATCHED, System.currentTimeMillis() + 1_000));
    raw(redis, WARM_UP);
    awaitDelivered(redis);
  }

  private void sameSecond(RedisConversation redis, RedisLog log) throws Exception {
    int batches = events / BATCH;
    int first = WARM_UP / BATCH;
    long[] deadlines = new long[batches];
    var memory = new Memory(redis, pid);
    memory.tell("before");
    try (var bystanders = new Bystanders(host, port)) {
      // Time enough for 15,000 a second; what is later would be seen in the deadlines.
      long base = System.currentTimeMillis() + 2 * AHEAD_MILLIS + events / 15;
      long due = System.nanoTime() + (base - System.currentTimeMillis()) * 1_000_000;
      long start = System.nanoTime();
      double taken =
          clients.run(
                  batches,
                  (over, n) ->
                      deadlines[n] =
                          send(over, first + n, BATCH, BATCHED, base + 1_000L * n / batches))
              * BATCH;
      long sent = System.nanoTime();
      memory.tell("all wait");
      memory.awaitDelivered();
      memory.tell("after");
      var outcome = outcome(log, deadlines, first);
      Thread.sleep(200);
      print(
          "%,d delayed events a second in, of %,d in batches of %d",
          Math.round(taken), events, BATCH);
      print("all due in the same second: %s", outcome.text());
      print("others while they come in:  %s", bystanders.between(start, sent));
      print("others between:             %s", bystanders.between(sent + 1_000_000_000, due));
      print(
          "others while they enter:    %s",
          bystanders.between(due, due + (outcome.lastMillis() - base) * 1_000_000));
    }
  }

  private void singles(RedisConversation redis, RedisLog log) throws Exception {
    long[] deadlines = new long[SINGLES];
    long base = System.currentTimeMillis() + AHEAD_MILLIS;
    int first = (WARM_UP + events) / BATCH;
    clients.run(
        SINGLES,
        (over, n) ->
            deadlines[n] = send(over, first + n, 1, SINGLE, base + SINGLES_MILLIS * n / SINGLES));
    awaitDelivered(redis);
    print(
        "%d a second for %d s: %s",
        SINGLES * 1_000 / SINGLES_MILLIS,
        SINGLES_MILLIS / 1_000,
        outcome(log, deadlines, first).text());
  }

  /**
   * Sends events that are to come at a time.
   *
   * @return when they will come, by the answer: the same for all of a request, within the time
   *     between two scripts
   */
  private long send(KeepAliveConnection over, int number, int count, String type, long at)
      throws IOException {
    var body = new StringBuilder(240 * count);
    for (int i = 0; i < count; i++) {
      body.append(i > 0 ? "," : count > 1 ? "[" : "")
          .append("{\"specversion\":\"1.0\",\"id\":\"")
          .append(run)
          .append('-')
          .append(number)
          .append('-')
          .append(i)
          .append("\",\"source\":\"/b\",\"type\":\"t\",\"subject\":\"key-")
          .append(i)
          .append("\",\"data\":")
          .append(DATA)
          .append('}');
    }
    body.append(count > 1 ? "]" : "");
    long delay = Math.max(1, at - System.currentTimeMillis());
    String headers = "Content-Type: %s\r\nPenstock-Deliver-After: %dms\r\n".formatted(type, delay);
    String answer =
        over.send(
                "POST",
                "/streams/" + STREAM + "/events",
                headers,
                body.toString().getBytes(StandardCharsets.US_ASCII))
            .expect(202)
            .body();
    int from = answer.indexOf(DELIVER_AT) + DELIVER_AT.length();
    return Instant.parse(answer.substring(from, answer.indexOf('"', from))).toEpochMilli();
  }

  private static void awaitDelivered(RedisConversation redis) throws InterruptedException {
    while (!Long.valueOf(0).equals(redis.ask("ZCARD", DUE))) {
      Thread.sleep(20);
    }
  }

  private record Outcome(String text, long lastMillis) {}

  /**
   * What the log says of them.
   *
   * @param deadlines of each request
   * @param first the number of the first request
   * @throws IllegalStateException unless each is there once, and none before its time
   */
  private Outcome outcome(RedisLog log, long[] deadlines, int first) {
    var lateness = new Percentiles();
    long[] entered = {Long.MAX_VALUE, 0, 0};
    var found = new BitSet();
    int[] most = {1};
    log.read(
        entry -> {
          String[] id = entry.field("id").split("-");
          int request = Integer.parseInt(id[1]) - first;
          int number = request * BATCH + Integer.parseInt(id[2]);
          long late = entry.millis() - deadlines[request];
          if (found.get(number) || late < 0) {
            throw new IllegalStateException(entry.field("id") + " twice, or early: " + late);
          }
          found.set(number);
          most[0] = Math.max(most[0], Integer.parseInt(id[2]) + 1);
          lateness.add(late);
          entered[0] = Math.min(entered[0], entry.millis());
          entered[1] = Math.max(entered[1], entry.millis());
          entered[2]++;
        });
    if (entered[2] != (long) deadlines.length * most[0]) {
      throw new IllegalStateException(entered[2] + " are in the log");
    }
    long took = entered[1] - entered[0];
    return new Outcome(
        String.format(
            Locale.ROOT,
            "%,d events into the log within %,d ms (%,.0f/s), each once, late by %s",
            entered[2],
            took,
            entered[2] * 1000.0 / took,
            lateness),
        entered[1]);
  }

  /** The memory of Redis and of the service. */
  private record Memory(RedisConversation redis, String pid) {

    void tell(String when) throws IOException {
      print(
          "memory, %s: Redis %,d MiB; service %s",
          when,
          used() >> 20,
          pid.isEmpty()
              ? "not asked for"
              : Files.readAllLines(Path.of("/proc", pid, "status")).stream()
                  .filter(line -> line.startsWith("VmRSS") || line.startsWith("VmHWM"))
                  .map(line -> line.replaceAll("\\s+", " "))
                  .toList());
    }

    private long used() {
      return String.valueOf(redis.ask("INFO", "memory"))
          .lines()
          .filter(line -> line.startsWith("used_memory:"))
          .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1).strip()))
          .sum();
    }

    void awaitDelivered() throws InterruptedException {
      long most = 0;
      while (!Long.valueOf(0).equals(redis.ask("ZCARD", DUE))) {
        most = Math.max(most, used());
        Thread.sleep(20);
      }
      print("memory, most: Redis %,d MiB", most >> 20);
    }
  }

  /** How many a second Redis itself takes, and then appends. */
  private double[] raw(RedisConversation redis, int count) throws Exception {
    try (var pipeline = new RawPipeline(host, redisPort)) {
      String deadline = Long.toString(System.currentTimeMillis());
      long start = System.nanoTime();
      for (int n = 0; n < count; n++) {
        pipeline.add("ZADD", "raw:due", deadline, "" + n);
        pipeline.add("HSET", "raw:events", "" + n, DATA);
        if (n % BATCH == BATCH - 1) {
          pipeline.send();
        }
      }
      pipeline.finish();
      long filled = System.nanoTime();
      for (int n = 0; n < count; n++) {
        if (n % BATCH == 0) {
          pipeline.add("ZPOPMIN", "raw:due", "" + BATCH);
        }
        pipeline.add(
            "XADD",
            "raw:log",
            "*",
            "specversion",
            "1.0",
            "id",
            run + "-" + n,
            "source",
            "/b",
            "type",
            "t",
            "subject",
            "key-" + n % BATCH,
            "data",
            DATA);
        if (n % BATCH == BATCH - 1) {
          pipeline.send();
        }
      }
      pipeline.finish();
      long end = System.nanoTime();
      redis.ask("DEL", "raw:due", "raw:events", "raw:log");
      return new double[] {
        count / ((filled - start) / 1e9), count / ((end - filled) / 1e9),
      };
    }
  }

  private static void print(String form, Object... values) {
    System.out.printf(Locale.ROOT, form + "%n", values);
  }
}
