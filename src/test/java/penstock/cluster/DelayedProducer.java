package penstock.cluster;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends events that are to come later, to any instance, some of them to be moved or cancelled, and
 * remembers what it was told of each. A request of unknown outcome is sent again until it has one.
 */
final class DelayedProducer {

  private static final Duration ANSWER = Duration.ofSeconds(2);
  private static final Duration AFTER_FAILURE = Duration.ofMillis(50);
  private static final int MOVED = 10;
  private static final int CANCELLED = 10;
  private static final int AT_ONCE = 20;

  /** What is known of an event. */
  enum Fate {
    /** It must be in the log, once. */
    COMES,
    /** It must not be in the log. */
    NEVER,
    /** A cancellation was under way when it came. */
    EITHER
  }

  /**
   * What a producer was told of an event.
   *
   * @param earliest the first millisecond at which it may be in the log
   * @param least the first of all deadlines that it was ever told to have: one that was moved may
   *     be where it was after a loss
   * @param sent when this was asked for, by {@link System#nanoTime}
   * @param answered when it was told
   */
  record Told(Fate fate, long earliest, long least, long sent, long answered) {

    boolean outlives(List<Loss> losses) {
      return losses.stream().allMatch(loss -> loss.spares(sent, answered));
    }
  }

  private final HttpClient client = HttpClient.newHttpClient();
  private final List<URI> instances;
  private final Random random;
  private final String name;
  private final int longestMillis;
  private final Map<String, Told> told = new ConcurrentHashMap<>();
  private final Queue<String> violations = new ConcurrentLinkedQueue<>();
  private int sent;

  /**
   * @param longestMillis that an event is delayed
   */
  DelayedProducer(long seed, int number, List<URI> instances, int longestMillis) {
    this.random = new Random(seed + number);
    this.name = "p" + number + "-";
    this.instances = instances;
    this.longestMillis = longestMillis;
  }

  Map<String, Told> told() {
    return told;
  }

  Queue<String> violations() {
    return violations;
  }

  /** Sends one more. */
  void sendOne() throws InterruptedException {
    boolean delayed = random.nextInt(100) >= AT_ONCE;
    String id = send(delayed ? 1 + random.nextInt(longestMillis) : 0);
    Told first = told.get(id);
    if (first == null || first.earliest() == 0) {
      return;
    }
    String scheduled = scheduledIds.remove(id);
    int dice = random.nextInt(100);
    if (dice < MOVED) {
      move(id, scheduled, first);
    } else if (dice < MOVED + CANCELLED) {
      cancel(id, scheduled, first);
    }
  }

  private final Map<String, String> scheduledIds = new ConcurrentHashMap<>();

  /** Sends an event; tells its id. */
  String send(int delayMillis) throws InterruptedException {
    String id = name + sent++;
    JsonObject event =
        new JsonObject()
            .put("specversion", "1.0")
            .put("id", id)
            .put("source", "/delayed")
            .put("type", "delayed")
            .put("subject", "k" + random.nextInt(16));
    boolean byHeader = random.nextBoolean();
    if (delayMillis > 0 && !byHeader) {
      event.put("deliverat", Instant.now().plusMillis(delayMillis).toString());
    }
    HttpRequest.Builder request =
        HttpRequest.newBuilder()
            .header("Content-Type", "application/cloudevents+json")
            .POST(BodyPublishers.ofString(event.encode()));
    if (delayMillis > 0 && byHeader) {
      request.header("Penstock-Deliver-After", delayMillis + "ms");
    }
    HttpResponse<String> answer = ask(request, "/streams/" + Cluster.STREAM + "/events");
    if (answer.statusCode() / 100 != 2) {
      violations.add("an append was answered with " + answer.statusCode() + ": " + answer.body());
      return id;
    }
    JsonObject outcome = new JsonObject(answer.body()).getJsonArray("events").getJsonObject(0);
    JsonObject later = outcome.getJsonObject("scheduled");
    if (later != null) {
      scheduledIds.put(id, later.getString("id"));
    }
    tell(id, Fate.COMES, later == null ? 0 : millis(later));
    return id;
  }

  /** Notes what the last request was told of an event. */
  private void tell(String id, Fate fate, long earliest) {
    Told before = told.get(id);
    long least = before == null ? earliest : Math.min(before.least(), earliest);
    told.put(id, new Told(fate, earliest, least, sentAt, System.nanoTime()));
  }

  private static long millis(JsonObject scheduled) {
    return Instant.parse(scheduled.getString("deliverAt")).toEpochMilli();
  }

  private void move(String id, String scheduled, Told first) throws InterruptedException {
    int delay = 1 + random.nextInt(longestMillis);
    HttpResponse<String> answer =
        ask(
            HttpRequest.newBuilder().PUT(BodyPublishers.noBody()),
            "/streams/orders/scheduled/" + scheduled + "?deliver-after=" + delay + "ms");
    if (answer.statusCode() == 200) {
      long moved = millis(new JsonObject(answer.body()));
      tell(id, Fate.COMES, retried ? Math.min(moved, first.earliest()) : moved);
    } else if (answer.statusCode() != 404) {
      violations.add("a move was answered with " + answer.statusCode() + ": " + answer.body());
    } else if (retried) {
      // That it is not there any more says nothing of a loss before it was asked for.
      told.put(id, new Told(Fate.COMES, 0, 0, first.sent(), System.nanoTime()));
    }
  }

  private void cancel(String id, String scheduled, Told first) throws InterruptedException {
    HttpResponse<String> answer =
        ask(HttpRequest.newBuilder().DELETE(), "/streams/orders/scheduled/" + scheduled);
    if (answer.statusCode() == 204) {
      tell(id, Fate.NEVER, first.earliest());
    } else if (answer.statusCode() != 404) {
      violations.add("a cancel was answered with " + answer.statusCode() + ": " + answer.body());
    } else if (retried) {
      tell(id, Fate.EITHER, first.earliest());
    }
  }

  /** Whether the last request was sent more than once. */
  private boolean retried;

  /** When the last request was first sent. */
  private long sentAt;

  /** The first answer that says what came of it. */
  private HttpResponse<String> ask(HttpRequest.Builder request, String path)
      throws InterruptedException {
    retried = false;
    sentAt = System.nanoTime();
    while (true) {
      URI instance = instances.get(random.nextInt(instances.size()));
      HttpResponse<String> answer = answer(request.uri(instance.resolve(path)).timeout(ANSWER));
      if (answer != null && answer.statusCode() != 503 && answer.statusCode() != 429) {
        return answer;
      }
      retried = true;
      // A pause is what is wanted here: nothing tells when the fault is over.
      new CountDownLatch(1).await(AFTER_FAILURE.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private @Nullable HttpResponse<String> answer(HttpRequest.Builder request)
      throws InterruptedException {
    try {
      return client.send(request.build(), BodyHandlers.ofString());
    } catch (IOException lost) {
      return null;
    }
  }
}
