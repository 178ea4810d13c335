package penstock.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients that have nothing to do with what goes on: one posts events to a stream of its own, one
 * follows its feed, one asks whether the service lives, each 50 times a second. Times count from
 * when a request was to be sent, so that one that waits for another counts as well.
 */
public final class Bystanders implements AutoCloseable {

  private static final String STREAM = "bystanders";
  private static final long EACH_NANOS = 20_000_000;
  private static final byte[] NOTHING = {};

  private final String host;
  private final int port;
  private final String run = Long.toString(System.nanoTime());
  private final Queue<Sample> posts = new ConcurrentLinkedQueue<>();
  private final Queue<Sample> events = new ConcurrentLinkedQueue<>();
  private final Queue<Sample> probes = new ConcurrentLinkedQueue<>();
  private final Queue<Exception> failures = new ConcurrentLinkedQueue<>();
  private final Map<Integer, Long> planned = new ConcurrentHashMap<>();
  private final CountDownLatch follows = new CountDownLatch(1);
  private final HttpURLConnection feed;
  private volatile boolean over;

  /** Begins, and returns when the feed has brought its first event. */
  public Bystanders(String host, int port) throws Exception {
    this.host = host;
    this.port = port;
    feed =
        (HttpURLConnection)
            URI.create("http://" + host + ":" + port + "/streams/" + STREAM + "/feed")
                .toURL()
                .openConnection();
    Thread.ofPlatform().daemon().start(() -> each(posts, this::post));
    Thread.ofPlatform().daemon().start(() -> each(probes, this::probe));
    Thread.ofPlatform().daemon().start(this::follow);
    if (!follows.await(10, TimeUnit.SECONDS)) {
      throw new IllegalStateException("nothing comes of the feed: " + failures);
    }
  }

  private record Sample(long planned, long ended) {}

  @FunctionalInterface
  private interface Request {

    void send(KeepAliveConnection over, int number, long planned) throws IOException;
  }

  private void each(Queue<Sample> samples, Request request) {
    try (var connection = new KeepAliveConnection(host, port)) {
      long at = System.nanoTime();
      for (int n = 0; !over; n++, at += EACH_NANOS) {
        while (System.nanoTime() < at) {
          LockSupport.parkNanos(at - System.nanoTime());
        }
        request.send(connection, n, at);
        samples.add(new Sample(at, System.nanoTime()));
      }
    } catch (IOException e) {
      failures.add(e);
    }
  }

  private void post(KeepAliveConnection over, int number, long at) throws IOException {
    planned.put(number, at);
    String event =
        "{\"specversion\":\"1.0\",\"id\":\"%s-%d\",\"source\":\"/b\",\"type\":\"t\"}"
            .formatted(run, number);
    over.send(
            "POST",
            "/streams/" + STREAM + "/events",
            "Content-Type: application/cloudevents+json\r\n",
            event.getBytes(StandardCharsets.US_ASCII))
        .expect(201);
  }

  private void probe(KeepAliveConnection over, int number, long at) throws IOException {
    over.send("GET", "/q/health/live", "", NOTHING).expect(200);
  }

  private void follow() {
    String mark = "\"" + run + "-";
    try (var in =
        new BufferedReader(new InputStreamReader(feed.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        int from = line.indexOf(mark) + mark.length();
        if (from >= mark.length()) {
          long now = System.nanoTime();
          int number = Integer.parseInt(line.substring(from, line.indexOf('"', from)));
          events.add(new Sample(Objects.requireNonNull(planned.get(number)), now));
          follows.countDown();
        }
      }
    } catch (SocketException ended) {
      follows.countDown();
    } catch (IOException e) {
      failures.add(e);
    }
  }

  /** What they saw of requests that were to be sent between these times of nanoTime. */
  public String between(long from, long to) {
    if (!failures.isEmpty()) {
      return failures.toString();
    }
    return "POST "
        + of(posts, from, to)
        + "; feed "
        + of(events, from, to)
        + "; live "
        + of(probes, from, to);
  }

  private static Percentiles of(Queue<Sample> samples, long from, long to) {
    var times = new Percentiles();
    for (Sample one : samples) {
      if (one.planned() >= from && one.planned() < to) {
        times.add((one.ended() - one.planned()) / 1e6);
      }
    }
    return times;
  }

  /** Their daemons end with the next request, the follower with its connection. */
  @Override
  public void close() {
    over = true;
    feed.disconnect();
  }
}
