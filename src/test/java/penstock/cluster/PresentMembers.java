package penstock.cluster;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Members that come, stay, change, leave, and do not come back, each with a thread of its own; some
 * by a feed whose connection they hold and drop. What they do is of a seed, when is not.
 */
final class PresentMembers implements AutoCloseable {

  static final Duration LONGEST_TTL = Duration.ofMillis(1_500);

  private static final Duration ANSWER = Duration.ofSeconds(10);
  private static final int OK = 200;
  private static final int CREATED = 201;

  private final List<URI> instances;
  private final List<PresenceChecker.Acknowledged> acknowledged =
      Collections.synchronizedList(new ArrayList<>());
  private final List<String> unexpected = Collections.synchronizedList(new ArrayList<>());
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final HttpClient client =
      HttpClient.newBuilder().connectTimeout(ANSWER).version(HttpClient.Version.HTTP_1_1).build();
  private final List<Thread> threads = new ArrayList<>();

  /**
   * @param byFeed of ten members, how many hold a connection instead of sending heartbeats
   */
  PresentMembers(long seed, List<URI> instances, int members, int byFeed) {
    this.instances = instances;
    for (int i = 0; i < members; i++) {
      int number = i;
      Random random = new Random(seed + i);
      threads.add(
          Thread.ofVirtual()
              .name("member-" + i)
              .start(() -> live(random, "room-" + number % 7, number, number % 10 < byFeed)));
    }
  }

  private void live(Random random, String room, int number, boolean byFeed) {
    try {
      while (stopping.getCount() > 0) {
        String path = "/presence/" + room + "/m" + number;
        try {
          if (byFeed) {
            connect(random, room, "m" + number);
          } else {
            act(random, path, number);
          }
        } catch (IOException unknown) {
          // What became of it the log tells.
          pause(random.nextInt(50));
        }
      }
    } catch (InterruptedException end) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * A member's time to live is always the same, so that a later heartbeat means a later deadline.
   */
  private void act(Random random, String path, int number)
      throws IOException, InterruptedException {
    int what = random.nextInt(10);
    if (what < 7) {
      long ttl = 1_000 + 10L * number % (LONGEST_TTL.toMillis() - 999);
      String body = random.nextInt(3) == 0 ? "{\"n\":" + random.nextInt(3) + "}" : "";
      long sent = System.nanoTime();
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(at(random, path + "?ttl=" + ttl + "ms"))
                  .timeout(ANSWER)
                  .PUT(HttpRequest.BodyPublishers.ofString(body))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() == OK || answer.statusCode() == CREATED) {
        JsonObject member = new JsonObject(answer.body());
        acknowledged.add(
            new PresenceChecker.Acknowledged(
                path.substring("/presence/".length()),
                Instant.parse(member.getString("since")),
                Instant.parse(member.getString("deadline")),
                sent,
                System.nanoTime()));
      } else if (answer.statusCode() != 503) {
        unexpected.add(answer.statusCode() + ": " + answer.body());
      }
      // Some come back in time, some at the last moment, some too late.
      pause(random.nextInt(3) == 0 ? (int) ttl - 30 + random.nextInt(60) : random.nextInt(600));
    } else if (what < 9) {
      pause(random.nextInt((int) LONGEST_TTL.toMillis() + 500));
    } else {
      client.send(
          HttpRequest.newBuilder(at(random, path)).timeout(ANSWER).DELETE().build(),
          HttpResponse.BodyHandlers.discarding());
      pause(random.nextInt(300));
    }
  }

  private void connect(Random random, String room, String member)
      throws IOException, InterruptedException {
    String path = "/streams/presence/feed?ttl=1s&room=" + room + "&member=" + member;
    HttpResponse<java.io.InputStream> feed =
        client.send(
            HttpRequest.newBuilder(at(random, path)).timeout(ANSWER).build(),
            HttpResponse.BodyHandlers.ofInputStream());
    try {
      pause(random.nextInt(3_000));
    } finally {
      feed.body().close();
    }
    pause(random.nextInt(2_000));
  }

  private URI at(Random random, String path) {
    return instances.get(random.nextInt(instances.size())).resolve(path);
  }

  private void pause(int millis) throws InterruptedException {
    stopping.await(Math.max(1, millis), TimeUnit.MILLISECONDS);
  }

  /** Ends them all; they leave nothing but deadlines. */
  void stop() throws InterruptedException {
    stopping.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
  }

  List<PresenceChecker.Acknowledged> acknowledged() {
    return List.copyOf(acknowledged);
  }

  /** Answers that no fault is a reason for. */
  List<String> unexpected() {
    return List.copyOf(unexpected);
  }

  @Override
  public void close() {
    stopping.countDown();
    threads.forEach(Thread::interrupt);
    client.shutdownNow();
  }
}
