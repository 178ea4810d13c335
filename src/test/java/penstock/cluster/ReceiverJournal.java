package penstock.cluster;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What came to the receiver of a sink and what it said, in that order, in a file that is there also
 * when the receiver is killed. What is in it of an answer was written before the answer was sent.
 */
final class ReceiverJournal implements AutoCloseable {

  private static final String CAME = "came";
  private static final String TOLD = "told";
  private static final String TICKET = "ticket";

  /** Where there was no answer. */
  static final int NO_ANSWER = 0;

  /**
   * A request and what it was told.
   *
   * @param events ids, in the order of the request
   * @param came its place in the journal
   * @param told the same of its answer; after all else if there was none
   * @param status {@link #NO_ANSWER} if there was none
   */
  record Receipt(List<String> events, String delivery, long came, long told, int status) {

    boolean isTaken() {
      return status == SeededReceiver.OK;
    }
  }

  private final FileChannel out;

  private ReceiverJournal(FileChannel out) {
    this.out = out;
  }

  static ReceiverJournal append(Path file) throws IOException {
    return new ReceiverJournal(
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
  }

  void came(String request, String delivery, List<String> events) throws IOException {
    write(String.join(" ", CAME, request, delivery, String.join(",", events)));
  }

  void told(String request, int status) throws IOException {
    write(String.join(" ", TOLD, request, Integer.toString(status)));
  }

  void ticket(String ticket, String state) throws IOException {
    write(String.join(" ", TICKET, ticket, state));
  }

  private synchronized void write(String line) throws IOException {
    out.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
  }

  /** How many lines there are. */
  static int length(Path file) throws IOException {
    return lines(file).size();
  }

  private static List<String> lines(Path file) throws IOException {
    return Files.exists(file) ? Files.readAllLines(file) : List.of();
  }

  /** In the order in which they came. */
  static List<Receipt> receipts(Path file) throws IOException {
    var byRequest = new LinkedHashMap<String, Receipt>();
    long at = 0;
    for (String line : lines(file)) {
      String[] words = line.split(" ", -1);
      at++;
      if (words[0].equals(CAME)) {
        byRequest.put(
            words[1],
            new Receipt(List.of(words[3].split(",", -1)), words[2], at, Long.MAX_VALUE, NO_ANSWER));
      } else if (words[0].equals(TOLD)) {
        long told = at;
        byRequest.computeIfPresent(
            words[1],
            (request, of) ->
                new Receipt(
                    of.events(), of.delivery(), of.came(), told, Integer.parseInt(words[2])));
      }
    }
    return new ArrayList<>(byRequest.values());
  }

  /** What is known of each ticket now. */
  static Map<String, String> tickets(Path file) throws IOException {
    var tickets = new LinkedHashMap<String, String>();
    for (String line : lines(file)) {
      String[] words = line.split(" ", -1);
      if (words[0].equals(TICKET)) {
        tickets.put(words[1], words[2]);
      }
    }
    return tickets;
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
