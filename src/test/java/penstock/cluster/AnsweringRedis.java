package penstock.cluster;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A process in the place of Redis that answers appends as fast as it can: it looks at nothing but
 * how many events there are, and keeps none. All else, and the first append to each log, it sends
 * on to a real server and takes back the answers of that, in order. So an instance works as ever,
 * and what limits it is itself.
 *
 * <pre>
 * java -cp ... penstock.cluster.AnsweringRedis REDIS_PORT PORT
 * </pre>
 */
public final class AnsweringRedis {

  private static final String HOST = "127.0.0.1";

  /**
   * Of the script: life and term, which an append that was sent on told, by the name of the log.
   */
  private final Map<String, byte[]> beginnings = new HashMap<>();

  private long clock;

  private AnsweringRedis() {}

  public static void main(String[] args) {
    int redis = Integer.parseInt(args[0]);
    int port = Integer.parseInt(args[1]);
    Vertx vertx = Vertx.vertx();
    NetClient client = vertx.createNetClient();
    // One event loop, as Redis has one thread.
    AnsweringRedis all = new AnsweringRedis();
    NetServer server =
        vertx.createNetServer(
            new NetServerOptions().setHost(HOST).setPort(port).setTcpNoDelay(true));
    server
        .connectHandler(
            socket -> {
              socket.pause();
              client
                  .connect(redis, HOST)
                  .onSuccess(upstream -> all.new Way(socket, upstream).begin())
                  .onFailure(refused -> socket.close());
            })
        .listen()
        .onSuccess(listening -> System.out.println("answering at " + port))
        .onFailure(
            failure -> {
              failure.printStackTrace();
              vertx.close();
            });
  }

  /** One connection, and that behind it. */
  private final class Way {

    private final NetSocket socket;
    private final NetSocket upstream;
    private final RequestWords requests = new RequestWords();
    private final ReplyEnds replies = new ReplyEnds();

    /**
     * What is to be answered, in order: by the real server if null, or the log that it tells of.
     */
    private final Deque<Object> due = new ArrayDeque<>();

    Way(NetSocket socket, NetSocket upstream) {
      this.socket = socket;
      this.upstream = upstream;
    }

    void begin() {
      upstream.handler(this::fromRedis);
      upstream.closeHandler(closed -> socket.close());
      socket.closeHandler(closed -> upstream.close());
      socket.handler(this::fromInstance);
      socket.resume();
    }

    private void fromInstance(Buffer bytes) {
      requests.add(bytes);
      Buffer on = Buffer.buffer();
      while (requests.next()) {
        String log = requests.isAppend() ? requests.log() : null;
        byte[] beginning = log == null ? null : beginnings.get(log);
        if (beginning == null) {
          on.appendBuffer(requests.request());
          due.add(log == null ? SENT_ON : log);
        } else {
          Buffer answer = answer(beginning, requests.events());
          if (due.isEmpty()) {
            socket.write(answer);
          } else {
            due.add(answer);
          }
        }
      }
      requests.forget();
      if (on.length() > 0) {
        upstream.write(on);
      }
    }

    private void fromRedis(Buffer bytes) {
      replies.add(bytes);
      for (Buffer reply = replies.next(); reply != null; reply = replies.next()) {
        socket.write(reply);
        if (due.poll() instanceof String log && reply.getByte(0) == '*') {
          beginnings.put(log, beginning(reply));
        }
        while (due.peek() instanceof Buffer answer) {
          socket.write(answer);
          due.remove();
        }
      }
    }
  }

  private static final Object SENT_ON = new Object();

  /** The first two elements of a reply to an append, as they are on the wire. */
  private static byte[] beginning(Buffer reply) {
    int begin = lineEnd(reply, 0);
    int end = begin;
    for (int i = 0; i < 2; i++) {
      int length = Integer.parseInt(reply.getString(end + 1, lineEnd(reply, end) - 2));
      end = lineEnd(reply, end) + length + 2;
    }
    return reply.getBytes(begin, end);
  }

  private static int lineEnd(Buffer buffer, int from) {
    int at = from;
    while (buffer.getByte(at) != '\n') {
      at++;
    }
    return at + 1;
  }

  private Buffer answer(byte[] beginning, int events) {
    clock = Math.max(clock + 1, System.currentTimeMillis());
    String milliseconds = Long.toString(clock);
    Buffer answer = Buffer.buffer(64 + 40 * events);
    answer.appendString("*" + (2 + 2 * events) + "\r\n").appendBytes(beginning);
    for (int i = 0; i < events; i++) {
      String id = milliseconds + "-" + i;
      answer.appendString("$" + id.length() + "\r\n" + id + "\r\n:0\r\n");
    }
    return answer;
  }

  /** Requests, one after the other, of which only what tells of appends is looked at. */
  private static final class RequestWords {

    private static final byte[] SCRIPT = "evalsha".getBytes(StandardCharsets.US_ASCII);

    private Buffer bytes = Buffer.buffer();
    private int begin;
    private int end;
    private int events;
    private boolean append;
    private @Nullable String log;

    void add(Buffer more) {
      bytes = bytes.length() == 0 ? more : bytes.appendBuffer(more);
    }

    /** Goes to the next that is whole; false if there is none yet. */
    boolean next() {
      begin = end;
      int at = begin;
      if (at >= bytes.length()) {
        return false;
      }
      long count = number(at);
      if (count < 0) {
        return false;
      }
      at = behindNumber;
      append = false;
      events = 0;
      log = null;
      int words = (int) count;
      int keys = 0;
      int nextCount = -1;
      for (int i = 0; i < words; i++) {
        long length = at < bytes.length() ? number(at) : -1;
        int word = behindNumber;
        if (length < 0 || word + length + 2 > bytes.length()) {
          return false;
        }
        if (i == 0) {
          append = isScript(word, (int) length);
        } else if (append && i == 2) {
          keys = decimal(word, (int) length);
        } else if (append && i == 3) {
          String name = bytes.getString(word, word + (int) length);
          append = name.endsWith(":events");
          log = name;
        } else if (append && i == 3 + keys) {
          append = bytes.getString(word, word + (int) length).endsWith(":seen:");
          nextCount = i + 4;
        } else if (append && i == nextCount) {
          events++;
          nextCount += 2 + decimal(word, (int) length);
        }
        at = word + (int) length + 2;
      }
      // The script of an append is given a digest of 16 bytes and a number for each event.
      append &= events > 0 && nextCount == words + 1;
      end = at;
      return true;
    }

    boolean isAppend() {
      return append;
    }

    @Nullable String log() {
      return log;
    }

    int events() {
      return events;
    }

    Buffer request() {
      return bytes.slice(begin, end);
    }

    /** Of what was gone through. */
    void forget() {
      bytes = begin == bytes.length() ? Buffer.buffer() : bytes.getBuffer(begin, bytes.length());
      begin = 0;
      end = 0;
    }

    private int behindNumber;

    /** Behind its first byte up to the end of the line; negative if it is not all there. */
    private long number(int from) {
      long value = 0;
      for (int at = from + 1; at < bytes.length(); at++) {
        byte digit = bytes.getByte(at);
        if (digit == '\n') {
          behindNumber = at + 1;
          return value;
        }
        if (digit != '\r') {
          value = 10 * value + digit - '0';
        }
      }
      return -1;
    }

    private int decimal(int from, int length) {
      int value = 0;
      for (int at = from; at < from + length; at++) {
        value = 10 * value + bytes.getByte(at) - '0';
      }
      return value;
    }

    private boolean isScript(int from, int length) {
      if (length != SCRIPT.length) {
        return false;
      }
      for (int i = 0; i < length; i++) {
        if ((bytes.getByte(from + i) | 0x20) != SCRIPT[i]) {
          return false;
        }
      }
      return true;
    }
  }

  /** Where replies end, in RESP2 or RESP3. */
  private static final class ReplyEnds {

    private Buffer bytes = Buffer.buffer();

    void add(Buffer more) {
      bytes = bytes.length() == 0 ? more : bytes.appendBuffer(more);
    }

    /** The next that is whole, or null. */
    @Nullable Buffer next() {
      int end = end(0);
      if (end < 0) {
        return null;
      }
      Buffer reply = bytes.getBuffer(0, end);
      bytes = bytes.getBuffer(end, bytes.length());
      return reply;
    }

    private int end(int from) {
      int line = from;
      while (line < bytes.length() && bytes.getByte(line) != '\n') {
        line++;
      }
      if (line >= bytes.length()) {
        return -1;
      }
      int at = line + 1;
      char kind = (char) bytes.getByte(from);
      if ("$=!*~>%".indexOf(kind) < 0) {
        return at;
      }
      int length = Integer.parseInt(bytes.getString(from + 1, line - 1));
      if ("$=!".indexOf(kind) >= 0) {
        int end = length < 0 ? at : at + length + 2;
        return end <= bytes.length() ? end : -1;
      }
      for (int i = 0; i < (kind == '%' ? 2 * length : length) && at >= 0; i++) {
        at = at < bytes.length() ? end(at) : -1;
      }
      return at;
    }
  }
}
