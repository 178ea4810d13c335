package penstock.sink.webhook;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Events a second that a sink delivers to a receiver on this machine, which answers after a while.
 * The sink is paused, events of 1,000 keys are appended in batches of 100, it is resumed, and the
 * time is taken until the receiver has had them all. Ends with an error if a request has no
 * signature. The service has the sink, with {@code url=http://127.0.0.1:RECEIVER/}, {@code
 * allow-private=true} and {@code secrets}; for many keys in flight {@code max-in-flight=1000} and
 * {@code max-connections=1000}. Run it from the project's root after {@code ./mvnw test-compile}:
 *
 * <pre>
 * java -cp target/classes:target/test-classes:$(cat target/classpath) penstock.sink.webhook.WebhookBenchmark BASE STREAM SINK RECEIVER [EVENTS] [ANSWER_MS] [ROUNDS]
 * </pre>
 */
public final class WebhookBenchmark {

  private static final int KEYS = 1_000;
  private static final int APPEND_BATCH = 100;

  private final HttpClient http = HttpClient.newHttpClient();
  private final String base;
  private final String stream;
  private final String sink;
  private final AtomicInteger left = new AtomicInteger();
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicInteger unsigned = new AtomicInteger();
  private volatile CountDownLatch done = new CountDownLatch(1);

  private WebhookBenchmark(String base, String stream, String sink) {
    this.base = base;
    this.stream = stream;
    this.sink = sink;
  }

  public static void main(String[] args) throws Exception {
    var benchmark = new WebhookBenchmark(args[0], args[1], args[2]);
    int events = args.length > 4 ? Integer.parseInt(args[4]) : 50_000;
    int rounds = args.length > 6 ? Integer.parseInt(args[6]) : 3;
    Vertx vertx = Vertx.vertx();
    benchmark.receive(
        vertx, Integer.parseInt(args[3]), args.length > 5 ? Long.parseLong(args[5]) : 0);
    benchmark.run(events / 5);
    double[] rates = new double[rounds];
    for (int i = 0; i < rounds; i++) {
      rates[i] = benchmark.run(events);
    }
    Arrays.sort(rates);
    System.out.printf(
        Locale.ROOT,
        "events/s: median %,.0f (%,.0f-%,.0f), %d requests%n",
        rates[rounds / 2],
        rates[0],
        rates[rounds - 1],
        benchmark.requests.get());
    vertx.close().toCompletionStage().toCompletableFuture().get();
    if (benchmark.unsigned.get() > 0) {
      throw new IllegalStateException(benchmark.unsigned + " requests without a signature");
    }
  }

  private void receive(Vertx vertx, int port, long delay) throws Exception {
    vertx
        .createHttpServer(new HttpServerOptions().setAcceptBacklog(2 * KEYS))
        .requestHandler(
            request ->
                request
                    .body()
                    .onSuccess(
                        body -> {
                          requests.incrementAndGet();
                          if (request.getHeader(WebhookSignature.SIGNATURE) == null) {
                            unsigned.incrementAndGet();
                          }
                          int events = body.toString().split("\"specversion\"", -1).length - 1;
                          if (delay == 0) {
                            request.response().setStatusCode(204).end();
                          } else {
                            vertx.setTimer(
                                delay, fired -> request.response().setStatusCode(204).end());
                          }
                          if (left.addAndGet(-events) <= 0) {
                            done.countDown();
                          }
                        }))
        .listen(port, "127.0.0.1")
        .toCompletionStage()
        .toCompletableFuture()
        .get();
  }

  private double run(int events) throws Exception {
    post("/sinks/" + sink + "/pause", "");
    left.set(events);
    done = new CountDownLatch(1);
    String source = "/bench/" + System.nanoTime();
    for (int from = 0; from < events; from += APPEND_BATCH) {
      post(
          "/streams/" + stream + "/events",
          IntStream.range(from, Math.min(events, from + APPEND_BATCH))
              .mapToObj(
                  i ->
                      "{\"specversion\":\"1.0\",\"id\":\"%d\",\"source\":\"%s\",\"type\":\"t\",\"subject\":\"%d\",\"data\":{\"n\":%d}}"
                          .formatted(i, source, i % KEYS, i))
              .collect(Collectors.joining(",", "[", "]")));
    }
    long start = System.nanoTime();
    post("/sinks/" + sink + "/resume", "");
    done.await();
    return events / ((System.nanoTime() - start) / 1e9);
  }

  private void post(String path, String body) throws Exception {
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(URI.create(base + path))
                .header("Content-Type", "application/cloudevents-batch+json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() / 100 != 2) {
      throw new IllegalStateException(answer.statusCode() + ": " + answer.body());
    }
  }
}
