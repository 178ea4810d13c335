package penstock.cluster;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Competing consumers of one pull group, on all instances. Some hang, some die with what they hold,
 * some give back, all are late now and then. What they see and say is noted; each says of a
 * delivery the same again until it knows what came of it.
 */
final class GroupConsumers implements AutoCloseable {

  private static final Duration CONNECT = Duration.ofSeconds(2);
  private static final Duration ANSWER = Duration.ofSeconds(10);
  private static final String OUTCOME_UNKNOWN = "urn:penstock:problem:outcome-unknown";
  private static final Duration AFTER_FAILURE = Duration.ofMillis(150);

  /** What a consumer does with one event in so many. */
  private static final int HANG = 20;

  private static final int GIVE_BACK = 12;
  private static final int EXTEND = 10;
  private static final int LEASE_MILLIS = 700;
  private static final int MOST_IN_PULL = 30;

  /** Of its number one in so many is a job that cannot be done. */
  private static final int IMPOSSIBLE = 40;

  private final String path;
  private final @Nullable JsonObject settings;
  private final List<URI> instances;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final List<Thread> threads = new ArrayList<>();
  private final Queue<Delivery> deliveries = new ConcurrentLinkedQueue<>();
  private final Map<String, Outcome> outcomes = new ConcurrentHashMap<>();
  private final Queue<String> violations = new ConcurrentLinkedQueue<>();
  private final LongAdder pulls = new LongAdder();

  /**
   * One that came, in the order in which they came. Times are {@link System#nanoTime}.
   *
   * @param asked when the pull was sent
   */
  record Delivery(String id, String key, int count, long asked, long received) {}

  /** When it was said that a job is over, and when that was answered. */
  record Said(long asked, long answered) {}

  /**
   * What a request came to.
   *
   * @param status 0 if there was no answer
   * @param open whether it may have been done, or will yet be: it may be late on its way
   */
  private record Answer(int status, String body, boolean open) {}

  /**
   * What was said of an event, and came of it.
   *
   * @param done the acknowledgements and drops that were said to count
   * @param open whether what came of one is not known: it may count even after another one that a
   *     loss took
   * @param firstSaid when it was first said that it is over
   */
  record Outcome(List<Said> done, boolean open, long firstSaid) {}

  /**
   * @param settings what the group is made with, should it be gone with all else; null if that must
   *     not be
   */
  GroupConsumers(
      List<URI> instances,
      String stream,
      String group,
      @Nullable JsonObject settings,
      int count,
      long seed) {
    this.instances = instances;
    this.path = "/streams/" + stream + "/groups/" + group;
    this.settings = settings;
    for (int i = 0; i < count; i++) {
      Random random = new Random(seed + i);
      String name = "c" + i;
      threads.add(Thread.ofVirtual().name(group + "-" + name).start(() -> consume(name, random)));
    }
  }

  /** A job that every consumer drops. */
  static boolean isImpossible(String id) {
    return Math.floorMod(id.hashCode(), IMPOSSIBLE) == 0;
  }

  private void consume(String name, Random random) {
    try (HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .build()) {
      while (stopping.getCount() > 0) {
        pull(client, name, random);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      violations.add("a consumer failed: " + e);
    }
  }

  private void pull(HttpClient client, String name, Random random) throws InterruptedException {
    JsonObject wanted =
        new JsonObject()
            .put("max", 1 + random.nextInt(MOST_IN_PULL))
            .put("wait", random.nextInt(3) == 0 ? "0s" : "1s")
            .put("lease", LEASE_MILLIS + "ms")
            .put("consumer", name);
    pulls.increment();
    long asked = System.nanoTime();
    Answer answer = ask(client, "pull", wanted, random);
    if (answer.status() != 200) {
      if (isGone(answer)) {
        make(client, random);
      } else if (answer.status() != 204) {
        expected("pull", answer);
        pause(AFTER_FAILURE);
      }
      return;
    }
    long received = System.nanoTime();
    JsonArray messages = new JsonObject(answer.body()).getJsonArray("messages");
    for (int i = 0; i < messages.size(); i++) {
      JsonObject message = messages.getJsonObject(i);
      JsonObject event = message.getJsonObject("event");
      deliveries.add(
          new Delivery(
              event.getString("id"),
              event.getString("subject"),
              message.getInteger("deliveryCount"),
              asked,
              received));
    }
    List<String> over = new ArrayList<>();
    List<String> overIds = new ArrayList<>();
    for (int i = 0; i < messages.size(); i++) {
      JsonObject message = messages.getJsonObject(i);
      String ackId = message.getString("ackId");
      String id = message.getJsonObject("event").getString("id");
      if (random.nextInt(HANG) == 0) {
        // dies with all that it holds, or comes back when another has it
        if (random.nextBoolean()) {
          return;
        }
        pause(Duration.ofMillis(LEASE_MILLIS + random.nextInt(LEASE_MILLIS)));
      }
      if (isImpossible(id)) {
        say(
            client,
            "nack",
            List.of(ackId),
            List.of(id),
            new JsonObject().put("drop", true),
            random);
      } else if (random.nextInt(GIVE_BACK) == 0) {
        ask(client, "nack", ids(List.of(ackId)).put("delay", "0s"), random);
      } else {
        if (random.nextInt(EXTEND) == 0) {
          ask(client, "extend", ids(List.of(ackId)), random);
        }
        over.add(ackId);
        overIds.add(id);
      }
    }
    if (!over.isEmpty()) {
      say(client, "ack", over, overIds, new JsonObject(), random);
    }
  }

  private static JsonObject ids(List<String> ackIds) {
    return new JsonObject().put("ackIds", ackIds);
  }

  /** Says that jobs are over, until it is known what came of that. */
  private void say(
      HttpClient client,
      String what,
      List<String> ackIds,
      List<String> events,
      JsonObject more,
      Random random)
      throws InterruptedException {
    long said = System.nanoTime();
    note(events, new Outcome(List.of(), false, said));
    while (true) {
      long asked = System.nanoTime();
      Answer answer = ask(client, what, ids(ackIds).mergeIn(more), random);
      if (answer.status() == 200) {
        JsonArray results = new JsonObject(answer.body()).getJsonArray("results");
        long now = System.nanoTime();
        for (int i = 0; i < events.size(); i++) {
          if (results.getJsonObject(i).getString("status").equals("done")) {
            note(List.of(events.get(i)), new Outcome(List.of(new Said(asked, now)), false, said));
          }
        }
        return;
      }
      if (isGone(answer)) {
        make(client, random);
        continue;
      }
      expected(what, answer);
      note(events, new Outcome(List.of(), answer.open(), said));
      pause(AFTER_FAILURE);
    }
  }

  private void note(List<String> events, Outcome outcome) {
    events.forEach(event -> outcomes.merge(event, outcome, GroupConsumers::add));
  }

  private static Outcome add(Outcome one, Outcome other) {
    return new Outcome(
        Stream.concat(one.done().stream(), other.done().stream()).toList(),
        one.open() || other.open(),
        Math.min(one.firstSaid(), other.firstSaid()));
  }

  /** The group is gone with all else, as it may be. */
  private boolean isGone(Answer answer) {
    return settings != null
        && answer.status() == 404
        && answer.body().contains("urn:penstock:problem:unknown-group");
  }

  /** As every worker that starts may. What comes of it the next request shows. */
  private void make(HttpClient client, Random random) throws InterruptedException {
    Answer answer = send(client, "PUT", "", Objects.requireNonNull(settings, "only then"), random);
    if (answer.status() / 100 != 2) {
      expected("PUT", answer);
      pause(AFTER_FAILURE);
    }
  }

  private void expected(String what, Answer answer) {
    int status = answer.status();
    if (status != 0 && status != 503 && status != 429) {
      violations.add(what + " was answered with " + status + ": " + answer.body());
    }
  }

  private Answer ask(HttpClient client, String what, JsonObject body, Random random)
      throws InterruptedException {
    return send(client, "POST", "/" + what, body, random);
  }

  private Answer send(HttpClient client, String method, String to, JsonObject body, Random random)
      throws InterruptedException {
    URI instance = instances.get(random.nextInt(instances.size()));
    try {
      HttpResponse<String> response =
          client.send(
              HttpRequest.newBuilder(instance.resolve(path + to))
                  .header("Content-Type", "application/json")
                  .timeout(ANSWER)
                  .method(method, BodyPublishers.ofString(body.encode()))
                  .build(),
              BodyHandlers.ofString());
      return new Answer(
          response.statusCode(), response.body(), response.body().contains(OUTCOME_UNKNOWN));
    } catch (ConnectException refused) {
      return new Answer(0, "", false);
    } catch (IOException lost) {
      return new Answer(0, "", true);
    }
  }

  /** A pause is what is wanted here: a consumer that takes its time. */
  private static void pause(Duration time) throws InterruptedException {
    new CountDownLatch(1).await(time.toNanos(), TimeUnit.NANOSECONDS);
  }

  List<Delivery> deliveries() {
    return List.copyOf(deliveries);
  }

  Map<String, Outcome> outcomes() {
    return Map.copyOf(outcomes);
  }

  List<String> violations() {
    return List.copyOf(violations);
  }

  long pulls() {
    return pulls.sum();
  }

  /** Lets each end what it is at. */
  void stop() throws InterruptedException {
    stopping.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
  }

  @Override
  public void close() {
    stopping.countDown();
    threads.forEach(Thread::interrupt);
  }
}
