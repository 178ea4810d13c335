package penstock.cluster;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends events, alone and in batches, and sends them again with the same ids until it knows that
 * they are in the log, except for a few that it gives up. It does not go on before, so that the
 * events of a key are in the log in the order of their numbers.
 */
final class Producer {

  private static final int SLOTS = 8;

  /** After so many events other keys are used, so that entries stay within their bound. */
  private static final int ERA = 3_000;

  /** So many subjects can one reader ask for. */
  private static final int MOST_FOLLOWED = 100;

  private static final int MOST_IN_BATCH = 40;
  private static final int MORE_THAN_A_COMMIT = 300;

  /** So many requests in a hundred are not waited for; most of these are done all the same. */
  private static final int IMPATIENT = 4;

  private static final Duration CONNECT = Duration.ofSeconds(2);
  private static final Duration ANSWER = Duration.ofSeconds(8);
  private static final Duration AFTER_FAILURE = Duration.ofMillis(150);
  private static final Duration AFTER_STOP = Duration.ofSeconds(60);
  private static final double GIVE_UP = 0.1;

  private final Producers all;
  private final int number;
  private final List<URI> instances;
  private final String path;
  private final Random random;
  private final double secondsEach;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT).build();
  private int next;

  Producer(Producers all, Settings settings, int number, List<URI> instances, String stream) {
    this.all = all;
    this.number = number;
    this.instances = instances;
    this.path = "/streams/" + stream + "/events";
    this.random = new Random(settings.seed() + number);
    this.secondsEach = (double) settings.producers() / settings.rate();
  }

  /** Events of two keys in turn, one after the other, for a situation that a test leads into. */
  void sendPlain(int from, int count) throws InterruptedException {
    for (int i = from; i < from + count; i++) {
      send(
          List.of(
              new Occurrence(
                  0, i, "key-" + i % 2, Occurrence.CHANGED, new JsonObject().put("e" + i, i))));
    }
  }

  void run() {
    try {
      while (all.stopping().getCount() > 0) {
        List<Occurrence> events = new ArrayList<>();
        int size =
            switch (random.nextInt(20)) {
              case 0 -> MORE_THAN_A_COMMIT;
              case 1, 2, 3, 4, 5, 6, 7, 8, 9 -> 1 + random.nextInt(MOST_IN_BATCH);
              default -> 1;
            };
        for (int i = 0; i < size; i++) {
          events.add(event());
        }
        send(events);
        all.stopping().await(Math.round(size * secondsEach * 1e9), TimeUnit.NANOSECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      all.violation("producer " + number + " failed: " + e);
    } finally {
      client.close();
    }
  }

  private static String key(int producer, int slot, int era) {
    return "p" + producer + "." + slot + "." + era;
  }

  /**
   * One key of each producer at a time, of all that a run may come to use, if they are not too
   * many.
   */
  static Set<String> someKeys(Settings settings, int slot) {
    long each = settings.rate() * settings.duration().toSeconds() / settings.producers();
    long eras = Math.min(each / ERA + 2, MOST_FOLLOWED / settings.producers());
    Set<String> keys = new TreeSet<>();
    for (int producer = 0; producer < settings.producers(); producer++) {
      for (int era = 0; era < eras; era++) {
        keys.add(key(producer, (slot + producer) % SLOTS, era));
      }
    }
    return keys;
  }

  private Occurrence event() {
    int n = next++;
    String key = key(number, random.nextInt(SLOTS), n / ERA);
    return switch (random.nextInt(100)) {
      case 0 -> new Occurrence(number, n, key, Occurrence.REMOVED, new JsonObject());
      case 1 -> new Occurrence(number, n, key, Occurrence.ODD, "not an object");
      default -> {
        JsonObject data = new JsonObject().put("e" + n, n).put("last", n);
        if (random.nextInt(4) == 0) {
          data.putNull("e" + (n - 1 - random.nextInt(4 * SLOTS)));
        }
        yield new Occurrence(number, n, key, Occurrence.CHANGED, data);
      }
    };
  }

  /** Sends them until their outcome is known, or they are given up. */
  void send(List<Occurrence> events) throws InterruptedException {
    long sent = System.nanoTime();
    long stopped = 0;
    int requests = 0;
    while (true) {
      requests++;
      HttpResponse<String> answer = answer(events);
      int status = answer == null ? 0 : answer.statusCode();
      if (status == 200 || status == 201) {
        acknowledged(events, sent, requests, answer.body());
        return;
      }
      if (status != 0 && status != 429 && status != 503) {
        all.violation("an append was answered with " + status + ": " + answer.body());
      }
      if (all.stopping().getCount() == 0 && stopped == 0) {
        stopped = System.nanoTime();
      }
      boolean late = stopped != 0 && System.nanoTime() - stopped > AFTER_STOP.toNanos();
      if (late || random.nextDouble() < GIVE_UP) {
        for (Occurrence event : events) {
          all.ended(new Attempt(event, sent, System.nanoTime(), requests, null));
        }
        return;
      }
      all.retried();
      pause();
    }
  }

  /** A pause is what is wanted here: nothing tells when the fault is over. */
  private static void pause() throws InterruptedException {
    new CountDownLatch(1).await(AFTER_FAILURE.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Null if the connection was refused or lost, or no answer came in time. */
  private @Nullable HttpResponse<String> answer(List<Occurrence> events)
      throws InterruptedException {
    URI instance = instances.get(random.nextInt(instances.size()));
    Duration patience =
        random.nextInt(100) < IMPATIENT ? Duration.ofMillis(1 + random.nextInt(15)) : ANSWER;
    HttpRequest.Builder request = HttpRequest.newBuilder(instance.resolve(path)).timeout(patience);
    if (events.size() == 1) {
      request
          .header("Content-Type", "application/cloudevents+json")
          .POST(BodyPublishers.ofString(events.getFirst().toJson().encode()));
    } else {
      JsonArray batch = new JsonArray();
      events.forEach(event -> batch.add(event.toJson()));
      request
          .header("Content-Type", "application/cloudevents-batch+json")
          .POST(BodyPublishers.ofString(batch.encode()));
    }
    try {
      return client.send(request.build(), BodyHandlers.ofString());
    } catch (IOException lost) {
      return null;
    }
  }

  private void acknowledged(List<Occurrence> events, long sent, int requests, String body) {
    long now = System.nanoTime();
    JsonArray told = new JsonObject(body).getJsonArray("events");
    if (told.size() != events.size()) {
      all.violation("an append of " + events.size() + " was answered with " + body);
      return;
    }
    for (int i = 0; i < events.size(); i++) {
      JsonObject outcome = told.getJsonObject(i);
      Occurrence event = events.get(i);
      if (!event.id().equals(outcome.getString("id"))) {
        all.violation("the event " + event.id() + " was answered with " + outcome);
      }
      if (outcome.getBoolean("duplicate")) {
        all.duplicate();
      }
      all.ended(new Attempt(event, sent, now, requests, outcome.getString("position")));
    }
  }
}
