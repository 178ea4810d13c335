package penstock.cluster;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import penstock.Patience;
import penstock.redis.RedisServer;

/**
 * Events a second that the packaged service delivers to a webhook on this machine, signed, by one
 * partition: one by one in any order and by key, in batches, and to a receiver that answers after
 * 100 ms with 1,000 keys in flight. The sink is paused, events of 1,000 keys are appended, it is
 * resumed, and the time is taken until the receiver has had them all. Redis is one of its own,
 * without persistence. Ends with an error if a request has no signature. Run it from the project's
 * root:
 *
 * <pre>
 * ./mvnw -q package -DskipTests dependency:build-classpath -Dmdep.outputFile=target/classpath -Dmdep.includeScope=test
 * java -cp target/test-classes:target/classes:$(cat target/classpath) penstock.cluster.WebhookBenchmark [EVENTS] [ROUNDS]
 * </pre>
 */
public final class WebhookBenchmark {

  private static final String STREAM = "s";
  private static final String SINK = "hook";
  private static final int EVENTS = 50_000;
  private static final int ROUNDS = 3;
  private static final int KEYS = 1_000;
  private static final int APPEND_BATCH = 500;
  private static final long SLOW_MILLIS = 100;
  private static final Map<String, String> SINGLE = Map.of();
  private static final Map<String, String> MANY =
      Map.of("max-in-flight", "1000", "max-connections", "1000");
  private static final Map<String, String> BATCHES = Map.of("mode", "batched", "batch", "100");

  private final HttpClient http = HttpClient.newHttpClient();
  private final AtomicInteger left = new AtomicInteger();
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicInteger unsigned = new AtomicInteger();
  private final long answerMillis;
  private volatile CountDownLatch done = new CountDownLatch(1);

  private WebhookBenchmark(long answerMillis) {
    this.answerMillis = answerMillis;
  }

  public static void main(String[] args) throws Exception {
    int events = args.length > 0 ? Integer.parseInt(args[0]) : EVENTS;
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : ROUNDS;
    System.out.println("| requests | order | answered after | events/s: median (least to most) |");
    System.out.println("|---|---|---|---|");
    row("single", "none", 0, SINGLE, events, rounds);
    row("single", "key", 0, SINGLE, events, rounds);
    row("batches of 100", "partition", 0, BATCHES, events, rounds);
    row("batches of 100", "key", 0, BATCHES, events, rounds);
    row("single, 1,000 in flight", "key", SLOW_MILLIS, MANY, events, rounds);
  }

  private static void row(
      String what,
      String order,
      long answerMillis,
      Map<String, String> settings,
      int events,
      int rounds)
      throws Exception {
    double[] rates = new WebhookBenchmark(answerMillis).run(order, settings, events, rounds);
    System.out.printf(
        Locale.ROOT,
        "| %s | `%s` | %s | %,.0f (%,.0f-%,.0f) |%n",
        what,
        order,
        answerMillis == 0 ? "at once" : answerMillis + " ms",
        rates[rates.length / 2],
        rates[0],
        rates[rates.length - 1]);
  }

  private double[] run(String order, Map<String, String> settings, int events, int rounds)
      throws Exception {
    Path log = Files.createDirectories(Path.of("target", "cluster")).resolve("benchmark.log");
    Vertx vertx = Vertx.vertx();
    try (RedisServer redis = RedisServer.start("--appendonly", "no")) {
      HttpServer receiver = receive(vertx);
      var config = new TreeMap<String, String>();
      config.put("quarkus.redis.hosts", redis.uri());
      config.put("penstock.streams." + STREAM + ".partitions", "1");
      String prefix = "penstock.sinks." + SINK + ".";
      config.put(prefix + "stream", STREAM);
      config.put(prefix + "kind", "webhook");
      config.put(prefix + "url", "http://127.0.0.1:" + receiver.actualPort() + "/");
      config.put(prefix + "allow-private", "true");
      config.put(prefix + "secrets", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
      config.put(prefix + "order", order);
      settings.forEach((setting, value) -> config.put(prefix + setting, value));
      try (var service =
          new ServiceProcess(ServiceProcess.PACKAGED, config, log, List.of("-Xmx1g"))) {
        service.start();
        service.awaitReady();
        round(service.uri(), events / 2);
        double[] rates = new double[rounds];
        for (int i = 0; i < rounds; i++) {
          rates[i] = round(service.uri(), events);
        }
        Arrays.sort(rates);
        return rates;
      }
    } finally {
      Patience.await(vertx.close());
      if (unsigned.get() > 0) {
        throw new IllegalStateException(unsigned + " requests without a signature");
      }
    }
  }

  private HttpServer receive(Vertx vertx) {
    return Patience.await(
        vertx
            .createHttpServer(new HttpServerOptions().setAcceptBacklog(2 * KEYS))
            .requestHandler(
                request ->
                    request
                        .body()
                        .onSuccess(
                            body -> {
                              requests.incrementAndGet();
                              if (request.getHeader("webhook-signature") == null) {
                                unsigned.incrementAndGet();
                              }
                              int events = body.toString().split("\"specversion\"", -1).length - 1;
                              if (answerMillis == 0) {
                                request.response().setStatusCode(204).end();
                              } else {
                                vertx.setTimer(
                                    answerMillis,
                                    fired -> request.response().setStatusCode(204).end());
                              }
                              if (left.addAndGet(-events) <= 0) {
                                done.countDown();
                              }
                            }))
            .listen(0, "127.0.0.1"));
  }

  private double round(URI service, int events) throws Exception {
    URI sink = service.resolve("/sinks/" + SINK);
    post(URI.create(sink + "/pause"), "");
    left.set(events);
    done = new CountDownLatch(1);
    String source = "/bench/" + System.nanoTime();
    for (int from = 0; from < events; from += APPEND_BATCH) {
      post(
          service.resolve("/streams/" + STREAM + "/events"),
          IntStream.range(from, Math.min(events, from + APPEND_BATCH))
              .mapToObj(
                  i ->
                      "{\"specversion\":\"1.0\",\"id\":\"%d\",\"source\":\"%s\",\"type\":\"t\",\"subject\":\"%d\",\"data\":{\"n\":%d}}"
                          .formatted(i, source, i % KEYS, i))
              .collect(Collectors.joining(",", "[", "]")));
    }
    long start = System.nanoTime();
    post(URI.create(sink + "/resume"), "");
    done.await();
    return events / ((System.nanoTime() - start) / 1e9);
  }

  private void post(URI uri, String body) throws Exception {
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(uri)
                .header("Content-Type", "application/cloudevents-batch+json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() / 100 != 2) {
      throw new IllegalStateException(answer.statusCode() + ": " + answer.body());
    }
  }
}
