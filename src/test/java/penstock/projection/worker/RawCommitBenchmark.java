package penstock.projection.worker;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Semaphore;
import penstock.projection.TestLog;
import penstock.redis.Keys;
import penstock.redis.RedisServer;

/**
 * What Redis itself does for one {@code merge} view on one partition: reads of the group and {@code
 * commit.lua}, prepared and pipelined over one plain socket, without any folding. The yardstick for
 * {@code penstock.cluster.ViewBenchmark}, whose events it has. Starts a Redis of its own, without
 * persistence. Run it from the project's root as that one:
 *
 * <pre>
 * java -cp ... penstock.projection.worker.RawCommitBenchmark [EVENTS]
 * </pre>
 */
public final class RawCommitBenchmark {

  private static final int KEYS = 1_000;
  private static final int EVENTS = 400_000;
  private static final int DEPTH = 8;
  private static final int PAGE = 10_000;
  private static final int MINUTES_OF_CHANGES = 10;

  private final TestLog log;
  private final Keys.OfPartition names;
  private final Keys.OfView view;

  private RawCommitBenchmark(TestLog log) {
    this.log = log;
    this.names = log.names();
    this.view = names.view("raw", "g-0");
  }

  public static void main(String[] args) throws Exception {
    int events = args.length > 0 ? Integer.parseInt(args[0]) : EVENTS;
    try (RedisServer redis = RedisServer.start("--appendonly", "no");
        TestLog log = new TestLog(redis, "raw")) {
      new RawCommitBenchmark(log).run(redis.port(), events);
    }
  }

  private void run(int port, int events) throws Exception {
    fill(events);
    List<String> positions = positions();
    String sha = (String) log.ask("SCRIPT", "LOAD", TestLog.source("commit"));
    List<?> lease =
        (List<?>)
            log.ask(
                "EVAL",
                TestLog.source("acquire"),
                6,
                names.events(),
                names.log(),
                view.state(),
                view.lease(),
                view.index(),
                view.changes(),
                "raw",
                "3600000",
                "token",
                "life",
                names.seen(),
                "view.raw.g-0",
                "0",
                "process",
                "0");
    List<byte[]> commands = commands(positions, sha, (String) lease.get(1), (String) lease.get(2));
    System.out.printf(
        Locale.ROOT,
        "XREADGROUP and commit.lua, %d events a script, %d scripts in flight: %,.0f events/s%n",
        FoldBatch.MAX_EVENTS,
        DEPTH,
        events / seconds(port, commands));
  }

  private void fill(int events) {
    List<Map<String, String>> batch = new ArrayList<>();
    for (int i = 0; i < events; i++) {
      batch.add(TestLog.event("t", "key-" + i % KEYS, "{\"n\":" + i + ",\"text\":\"" + text()));
      if (batch.size() == KEYS || i == events - 1) {
        log.append(batch);
        batch.clear();
      }
    }
  }

  private static String text() {
    return "x".repeat(90) + "\"}";
  }

  private List<String> positions() {
    List<String> positions = new ArrayList<>();
    String from = "-";
    while (true) {
      List<?> page = (List<?>) log.ask("XRANGE", names.events(), from, "+", "COUNT", PAGE);
      page.forEach(entry -> positions.add((String) ((List<?>) entry).getFirst()));
      if (page.size() < PAGE) {
        return positions;
      }
      from = "(" + positions.getLast();
    }
  }

  /** A read and a commit for each batch. */
  private List<byte[]> commands(List<String> positions, String sha, String fence, String life) {
    List<byte[]> commands = new ArrayList<>();
    String applied = "0-0";
    for (int from = 0; from < positions.size(); from += FoldBatch.MAX_EVENTS) {
      int to = Math.min(from + FoldBatch.MAX_EVENTS, positions.size());
      List<Object> read =
          List.of(
              "XREADGROUP",
              "GROUP",
              "view.raw.g-0",
              "raw",
              "COUNT",
              FoldBatch.MAX_EVENTS,
              "STREAMS",
              names.events(),
              ">");
      List<Object> commit =
          new ArrayList<>(
              List.of(
                  "EVALSHA",
                  sha,
                  6,
                  names.events(),
                  names.log(),
                  view.state(),
                  view.index(),
                  view.changes(),
                  names.dead()));
      commit.addAll(
          List.of(
              fence,
              life,
              "view.raw.g-0",
              applied,
              view.entries(),
              MINUTES_OF_CHANGES * 60_000,
              1_000_000,
              0,
              0,
              0,
              to - from));
      commit.addAll(positions.subList(from, to));
      Map<String, List<Object>> changed = new LinkedHashMap<>();
      for (int i = from; i < to; i++) {
        String key = "key-" + i % KEYS;
        changed.put(
            key,
            i < KEYS
                ? List.of(key, "+", 4, "n", i, "text", "\"" + text().replace("}", ""), 0)
                : List.of(key, "=", 2, "n", i, 0));
      }
      commit.add(changed.size());
      changed.values().forEach(commit::addAll);
      commit.add(0);
      var both = new ByteArrayOutputStream();
      both.writeBytes(command(read));
      both.writeBytes(command(commit));
      commands.add(both.toByteArray());
      applied = positions.get(to - 1);
    }
    return commands;
  }

  private static double seconds(int port, List<byte[]> commands) throws Exception {
    Semaphore slots = new Semaphore(DEPTH);
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setTcpNoDelay(true);
      var in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
      long start = System.nanoTime();
      Thread writer =
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    try {
                      for (byte[] command : commands) {
                        slots.acquire();
                        socket.getOutputStream().write(command);
                      }
                    } catch (IOException | InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                  });
      for (int i = 0; i < commands.size(); i++) {
        skipReply(in);
        skipReply(in);
        slots.release();
      }
      writer.join();
      return (System.nanoTime() - start) / 1e9;
    }
  }

  private static byte[] command(List<Object> words) {
    var out = new ByteArrayOutputStream();
    out.writeBytes(bytes("*" + words.size() + "\r\n"));
    for (Object word : words) {
      byte[] value = bytes(word.toString());
      out.writeBytes(bytes("$" + value.length + "\r\n"));
      out.writeBytes(value);
      out.writeBytes(bytes("\r\n"));
    }
    return out.toByteArray();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void skipReply(DataInputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    for (int c = in.read(); c != '\r'; c = in.read()) {
      if (c < 0) {
        throw new IOException("closed");
      }
      head.append((char) c);
    }
    in.skipNBytes(1);
    switch (head.charAt(0)) {
      case '*' -> {
        for (int left = Integer.parseInt(head.substring(1)); left > 0; left--) {
          skipReply(in);
        }
      }
      case '$' -> in.skipNBytes(Integer.parseInt(head.substring(1)) + 2L);
      case '-' -> throw new IOException(head.toString());
      default -> {}
    }
  }
}
