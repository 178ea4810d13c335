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
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Follows a feed of the stream from its beginning as an {@code EventSource} does, but leaves and
 * comes back more often, each time to any of the instances.
 */
final class FeedFollower {

  /** The view that is followed beside the stream. */
  static final TestedView VIEW = TestedView.STATE;

  private static final int CONNECT_MILLIS = 2_000;

  /** Longer than nothing may come: heartbeats are set to come much sooner. */
  private static final int SILENCE_MILLIS = 6_000;

  private static final int MOST_BEFORE_LEAVING = 1_000;
  private static final long BEFORE_RETRY_MILLIS = 200;

  /** What it follows. */
  enum Kind {
    ALL,
    /** Certain subjects only. */
    SUBJECTS,
    /** The stream and a view of it over one connection. */
    COMBINED
  }

  private final Kind kind;
  private final Set<String> subjects;
  private final List<URI> instances;
  private final String path;
  private final Random random;
  private final CountDownLatch stopping = new CountDownLatch(1);

  private final List<String> seen = new ArrayList<>();
  private final List<String> resets = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();
  private final Map<String, Object> entries = new TreeMap<>();
  private final Map<String, Object> snapshot = new TreeMap<>();
  private int connects;
  private @Nullable String lastId;

  /**
   * @param subjects those that it follows, if it follows certain ones
   */
  FeedFollower(Kind kind, long seed, List<URI> instances, String stream, Set<String> subjects) {
    this.kind = kind;
    this.subjects = Set.copyOf(subjects);
    this.instances = instances;
    this.path =
        switch (kind) {
          case ALL -> "/streams/" + stream + "/feed?";
          case SUBJECTS ->
              subjects.stream()
                  .map(subject -> "subject=" + subject + "&")
                  .collect(Collectors.joining("", "/streams/" + stream + "/feed?", ""));
          case COMBINED -> "/feed?stream=" + stream + "&view=" + VIEW.viewName() + "&";
        };
    this.random = new Random(seed);
  }

  Kind kind() {
    return kind;
  }

  /** Whether an event of the log is one that it is to see. */
  boolean wants(Logged entry) {
    return kind != Kind.SUBJECTS || subjects.contains(entry.key());
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
            ? "cursor="
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
    synchronized (this) {
      snapshot.clear();
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
      if (stopping.getCount() == 0) {
        // a heartbeat may be a comment, which ends no block
        return false;
      }
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
    JsonObject told = new JsonObject(data);
    if (told.containsKey("view")) {
      ofView(type, told);
      return;
    }
    switch (type) {
      case "message" ->
          seen.add((kind == Kind.COMBINED ? told.getJsonObject("event") : told).getString("id"));
      case "reset" -> {
        resets.add(told.getString("reason"));
        seen.clear();
      }
      case "caught-up", "unavailable" -> {}
      default -> violation("an unknown event came: " + type);
    }
  }

  private void ofView(String type, JsonObject told) {
    switch (type) {
      case "snapshot" -> {
        for (Object entry : told.getJsonArray("entries")) {
          put(snapshot, (JsonObject) entry);
        }
        if (told.getBoolean("complete")) {
          entries.clear();
          entries.putAll(snapshot);
          snapshot.clear();
        }
      }
      case "change" -> put(entries, told);
      case "reset" -> snapshot.clear();
      case "caught-up", "unavailable" -> {}
      default -> violation("an unknown message of a view came: " + type);
    }
  }

  private static void put(Map<String, Object> entries, JsonObject told) {
    Object value = told.getValue("value");
    if (value == null) {
      entries.remove(told.getString("key"));
    } else {
      entries.put(told.getString("key"), value);
    }
  }

  /** The view as it knows it. */
  synchronized Map<String, Object> entries() {
    return new TreeMap<>(entries);
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
