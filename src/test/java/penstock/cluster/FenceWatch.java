package penstock.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Listens to what Redis does by MONITOR, and holds that no commit writes under a fence that is not
 * the last one given out for its view and partition. What it misses while its connection is lost it
 * does not judge.
 */
final class FenceWatch implements AutoCloseable {

  private static final String WORDS = "\" \"";
  private static final int STATE = 5;
  private static final int DEAD = 8;
  private static final int MOST_WORDS = 10;

  /** As acquire.lua makes them; a commit has one wherever it stands among a script's arguments. */
  private static final Pattern FENCE = Pattern.compile("\"(\\d+:[0-9a-f]+:[0-9a-f]{40})\"");

  private static final long BEFORE_RETRY_MILLIS = 100;

  private final Cluster cluster;
  private final Queue<String> violations = new ConcurrentLinkedQueue<>();
  private final AtomicLong commits = new AtomicLong();
  private final AtomicLong acquired = new AtomicLong();
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile @Nullable Socket socket;
  private final Thread thread;

  FenceWatch(Cluster cluster) {
    this.cluster = cluster;
    this.thread = Thread.ofVirtual().name("fence-watch").start(this::run);
  }

  private void run() {
    try {
      while (closing.getCount() > 0) {
        try {
          listen();
        } catch (IOException lost) {
          // Then it listens again.
        }
        closing.await(BEFORE_RETRY_MILLIS, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void listen() throws IOException {
    try (Socket opened = new Socket(InetAddress.getLoopbackAddress(), cluster.redis().port())) {
      socket = opened;
      opened.getOutputStream().write("MONITOR\r\n".getBytes(StandardCharsets.US_ASCII));
      BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(opened.getInputStream(), StandardCharsets.US_ASCII));
      Map<String, String> fences = new HashMap<>();
      Commit commit = null;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        int words = line.indexOf('"');
        if (words < 0) {
          continue;
        }
        if (!line.regionMatches(words - 5, "lua", 0, 3)) {
          commit = commit(line.substring(words));
        } else if (line.startsWith("\"HSET\" \"", words)) {
          fence(line.substring(words), fences);
        } else if (commit != null
            && (line.startsWith("\"XACK\"", words) || line.startsWith("\"HDEL\"", words))) {
          judge(commit, fences);
          commit = null;
        }
      }
    }
  }

  /** A script that commits, if it still has the right to: by itself, or behind an append. */
  private record Commit(String state, String fence) {}

  /** Null if it is another command. */
  private static @Nullable Commit commit(String line) {
    if (!line.startsWith("\"evalsha\"")) {
      return null;
    }
    String[] words = line.substring(1).split(WORDS, MOST_WORDS);
    Matcher fence = FENCE.matcher(line);
    return words.length == MOST_WORDS && words[DEAD].endsWith(":dead") && fence.find()
        ? new Commit(words[STATE], fence.group(1))
        : null;
  }

  /** A script gave out a fence. */
  private void fence(String line, Map<String, String> fences) {
    String[] words = line.substring(1, line.length() - 1).split(WORDS);
    for (int i = 2; i + 1 < words.length; i += 2) {
      if (words[i].equals("fence")) {
        fences.put(words[1], words[i + 1]);
        acquired.incrementAndGet();
      }
    }
  }

  private void judge(Commit commit, Map<String, String> fences) {
    commits.incrementAndGet();
    String last = fences.get(commit.state());
    if (last != null && !last.equals(commit.fence())) {
      violations.add(
          "a commit of %s wrote under %s, the last fence is %s"
              .formatted(commit.state(), commit.fence(), last));
    }
  }

  /** Leases that were seen to be taken. */
  long acquired() {
    return acquired.get();
  }

  /** Commits that were seen to write. */
  long commits() {
    return commits.get();
  }

  List<String> violations() {
    return List.copyOf(violations);
  }

  @Override
  public void close() {
    closing.countDown();
    try {
      Socket opened = socket;
      if (opened != null) {
        opened.close();
      }
      thread.join();
    } catch (IOException | InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
