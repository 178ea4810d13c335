package penstock.cluster;

import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Follows the stream's feed from its beginning as an {@code EventSource} does, but leaves and comes
 * back more often, each time to any of the instances.
 */
final class FeedFollower {

  private static final int CONNECT_MILLIS = 2_000;

  /** Longer than nothing may come: heartbeats are set to come much sooner. */
  private static final int SILENCE_MILLIS = 6_000;

  private static final int MOST_BEFORE_LEAVING = 1_000;
  private static final long BEFORE_RETRY_MILLIS = 200;

  private final List<URI> instances;
  private final String path;
  private final Random random;
  private final CountDownLatch stopping = new CountDownLatch(1);

  private final List<String> seen = new ArrayList<>();
  private final List<String> resets = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();
  private int connects;
  private @Nullable String lastId;

  FeedFollower(long seed, List<URI> instances, String stream) {
    this.instances = instances;
    this.path = "/streams/" + stream + "/feed";
    this.random = new Random(seed);
  }

  void run() {
    while (stopping.getCount() > 0) {
      try {
        follow();
      } catch (IOException lost) {
        // Then it comes back.
      }
      try {
        stopping.await(BEFORE_RETRY_MILLIS, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void follow() throws IOException {
    String from = lastId;
    boolean byParameter = from == null || random.nextInt(10) == 0;
    String query =
        byParameter
            ? "?cursor="
                + URLEncoder.encode(from == null ? "earliest" : from, StandardCharsets.UTF_8)
            : "";
    URI uri = instances.get(random.nextInt(instances.size())).resolve(path + query);
    var connection = (HttpURLConnection) uri.toURL().openConnection();
    connection.setConnectTimeout(CONNECT_MILLIS);
    connection.setReadTimeout(SILENCE_MILLIS);
    connection.setRequestProperty("Accept", "text/event-stream");
    if (!byParameter) {
      connection.setRequestProperty("Last-Event-ID", from);
    }
    synchronized (this) {
      connects++;
    }
    int status = connection.getResponseCode();
    if (status != HttpURLConnection.HTTP_OK) {
      violation(uri + " was answered with " + status);
      return;
    }
    int before = random.nextInt(MOST_BEFORE_LEAVING);
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8))) {
      for (int i = 0; i < before && stopping.getCount() > 0; i++) {
        if (!dispatch(lines)) {
          return;
        }
      }
    } finally {
      connection.disconnect();
    }
  }

  /** Reads up to the next blank line; false at the end. What is not complete counts for nothing. */
  private boolean dispatch(BufferedReader lines) throws IOException {
    String type = "message";
    String id = null;
    StringBuilder data = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.isEmpty()) {
        dispatched(type, id, data.toString());
        return true;
      }
      int colon = line.indexOf(':');
      String field = colon < 0 ? line : line.substring(0, colon);
      String value = colon < 0 ? "" : line.substring(colon + 1).replaceFirst("^ ", "");
      switch (field) {
        case "event" -> type = value;
        case "id" -> id = value;
        case "data" -> data.append(value);
        default -> {}
      }
    }
    return false;
  }

  private synchronized void dispatched(String type, @Nullable String id, String data) {
    if (id != null) {
      lastId = id;
    }
    if (data.isEmpty()) {
      return;
    }
    switch (type) {
      case "message" -> seen.add(new JsonObject(data).getString("id"));
      case "reset" -> {
        resets.add(new JsonObject(data).getString("reason"));
        seen.clear();
      }
      case "caught-up", "unavailable" -> {}
      default -> violation("an unknown event came: " + type);
    }
  }

  private synchronized void violation(String what) {
    violations.add(what);
  }

  void stop() {
    stopping.countDown();
  }

  /** The ids of the events that came since the last reset, in order. */
  synchronized List<String> seen() {
    return List.copyOf(seen);
  }

  synchronized int count() {
    return seen.size();
  }

  /** The reasons of all resets. */
  synchronized List<String> resets() {
    return List.copyOf(resets);
  }

  synchronized List<String> violations() {
    return List.copyOf(violations);
  }

  synchronized int connects() {
    return connects;
  }
}
