package penstock.group;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The jobs of the benchmarks: events that are numbered, and what a pull's answer says of them. */
final class Jobs {

  static final String BATCH = "application/cloudevents-batch+json";
  static final String JSON = "application/json";

  private static final String ID = "\"id\":\"job-";
  private static final String ACK_ID = "\"ackId\":\"";
  private static final int KEYS = 1_000;

  /** About as long as what the other benchmarks append. */
  static final String DATA = "{\"text\":\"" + "x".repeat(90) + "\"}";

  private Jobs() {}

  /**
   * A batch.
   *
   * @param source another one each time, since an event that was seen is not appended again
   */
  static String batch(String source, int from, int count) {
    StringBuilder body = new StringBuilder(240 * count);
    for (int number = from; number < from + count; number++) {
      body.append(number == from ? '[' : ',')
          .append("{\"specversion\":\"1.0\",\"id\":\"job-")
          .append(number)
          .append("\",\"source\":\"")
          .append(source)
          .append("\",\"type\":\"t\",\"subject\":\"")
          .append(subject(number))
          .append("\",\"data\":")
          .append(DATA)
          .append('}');
    }
    return body.append(']').toString();
  }

  static String subject(int number) {
    return "key-" + number % KEYS;
  }

  /** The numbers of the jobs that an answer brings. */
  static List<Integer> numbers(String answer) {
    return behind(answer, ID).stream().map(Integer::valueOf).toList();
  }

  /** The body that acknowledges all that an answer brings. */
  static String ackOf(String answer) {
    return behind(answer, ACK_ID).stream()
        .collect(Collectors.joining("\",\"", "{\"ackIds\":[\"", "\"]}"));
  }

  /** How many an answer says are done. */
  static int done(String answer) {
    return answer.split("\"status\":\"done\"", -1).length - 1;
  }

  /** What is found up to the next quotation mark behind each of these. */
  private static List<String> behind(String text, String mark) {
    List<String> found = new ArrayList<>();
    for (int at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at)) {
      at += mark.length();
      found.add(text.substring(at, text.indexOf('"', at)));
    }
    return found;
  }
}
