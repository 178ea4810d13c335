package penstock.presence;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Measures how late Redis tells that keys have expired, and what a subscriber misses that was away:
 * why presence does not use these notices. Needs a Redis of its own, whose data it deletes:
 *
 * <pre>java src/test/java/penstock/presence/ExpiryNotices.java localhost 6379</pre>
 */
final class ExpiryNotices {

  private static final int KEYS = 100_000;
  private static final Duration AHEAD = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final String host;
  private final int port;

  private ExpiryNotices(String host, int port) {
    this.host = host;
    this.port = port;
  }

  public static void main(String[] arguments) throws Exception {
    var measured = new ExpiryNotices(arguments[0], Integer.parseInt(arguments[1]));
    measured.run("spread over 10 s", Duration.ofSeconds(10), Duration.ZERO);
    measured.run("in the same second", Duration.ofSeconds(1), Duration.ZERO);
    measured.run(
        "spread over 10 s, subscriber away for 1 s", Duration.ofSeconds(10), Duration.ofSeconds(1));
  }

  private void run(String what, Duration spread, Duration away) throws Exception {
    try (var commands = new Connection(host, port)) {
      commands.ask("FLUSHALL");
      commands.ask("CONFIG", "SET", "notify-keyspace-events", "Ex");
      long start = System.currentTimeMillis() + AHEAD.toMillis();
      List<Long> late = new ArrayList<>();
      var subscriber = new Connection(host, port);
      subscriber.ask("SUBSCRIBE", "__keyevent@0__:expired");
      for (int i = 0; i < KEYS; i++) {
        long deadline = start + i * spread.toMillis() / KEYS;
        commands.send("SET", "m" + deadline + "-" + i, "", "PXAT", Long.toString(deadline));
      }
      commands.flush();
      for (int i = 0; i < KEYS; i++) {
        commands.reply();
      }
      long cut = away.isZero() ? Long.MAX_VALUE : start + spread.toMillis() / 2;
      long end = start + spread.toMillis() + PATIENCE.toMillis();
      subscriber.timeout(2_000);
      int lost = 0;
      while (late.size() < KEYS && System.currentTimeMillis() < end) {
        if (System.currentTimeMillis() >= cut) {
          cut = Long.MAX_VALUE;
          subscriber.close();
          Thread.sleep(away);
          subscriber = new Connection(host, port);
          subscriber.ask("SUBSCRIBE", "__keyevent@0__:expired");
          subscriber.timeout(2_000);
        }
        String key = subscriber.message();
        if (key == null) {
          if (System.currentTimeMillis() > start + spread.toMillis()
              && commands.ask("DBSIZE").equals("0")) {
            lost = KEYS - late.size();
            break;
          }
        } else {
          late.add(System.currentTimeMillis() - Long.parseLong(key.substring(1, key.indexOf('-'))));
        }
      }
      subscriber.close();
      late.sort(null);
      System.out.printf(
          Locale.ROOT,
          "%,d keys, %s: %,d notices, lost %,d; late by p50 %,d ms, p99 %,d ms, most %,d ms%n",
          KEYS,
          what,
          late.size(),
          lost,
          at(late, 50),
          at(late, 99),
          at(late, 100));
    }
  }

  private static long at(List<Long> sorted, int percent) {
    return sorted.isEmpty() ? 0 : sorted.get((sorted.size() * percent + 99) / 100 - 1);
  }

  private static final class Connection implements AutoCloseable {

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    Connection(String host, int port) throws IOException {
      socket = new Socket(host, port);
      in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
      out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
    }

    void timeout(int millis) throws IOException {
      socket.setSoTimeout(millis);
    }

    void send(String... command) throws IOException {
      var text = new StringBuilder("*" + command.length + "\r\n");
      for (String word : command) {
        text.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
      }
      out.write(text.toString().getBytes(StandardCharsets.US_ASCII));
    }

    void flush() throws IOException {
      out.flush();
    }

    String ask(String... command) throws IOException {
      send(command);
      flush();
      return reply();
    }

    /** The last word of the reply. */
    String reply() throws IOException {
      String line = line();
      return switch (line.charAt(0)) {
        case '*' -> {
          String last = "";
          for (int i = Integer.parseInt(line.substring(1)); i > 0; i--) {
            last = reply();
          }
          yield last;
        }
        case '$' -> line();
        case '-' -> throw new IOException(line);
        default -> line.substring(1);
      };
    }

    /** The key that expired; null if nothing came in time. */
    String message() throws IOException {
      try {
        return reply();
      } catch (java.net.SocketTimeoutException nothing) {
        return null;
      }
    }

    private String line() throws IOException {
      var line = new StringBuilder();
      int next;
      while ((next = in.read()) != '\r') {
        if (next < 0) {
          throw new IOException("closed");
        }
        line.append((char) next);
      }
      in.read();
      return line.toString();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
