package penstock;

import io.restassured.RestAssured;
import java.util.List;

/** What {@code /q/metrics} says, in the text format of Prometheus. */
public final class Meters {

  private Meters() {}

  public static String text() {
    return textAt("");
  }

  private static String textAt(String uri) {
    return RestAssured.given().accept("text/plain").get(uri + "/q/metrics").asString();
  }

  /**
   * The sum of all series of a name that have these tags, whatever others they have; NaN, which
   * equals nothing, while there is none.
   *
   * @param tags key, value, key, value and so on
   */
  public static double read(String name, String... tags) {
    return sum(text(), name, tags);
  }

  /** The same of a service that runs elsewhere. */
  public static double readAt(String uri, String name, String... tags) {
    return sum(textAt(uri), name, tags);
  }

  private static double sum(String text, String name, String... tags) {
    return text.lines()
        .filter(line -> isOf(line, name, tags))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .reduce(Double::sum)
        .orElse(Double.NaN);
  }

  /**
   * Each event loop and each purpose has a link of its own: that one is up says nothing of others.
   */
  public static boolean areAllLinksUp() {
    List<String> links =
        text().lines().filter(line -> line.startsWith("penstock_redis_up{")).toList();
    return !links.isEmpty() && links.stream().allMatch(line -> line.endsWith(" 1.0"));
  }

  private static boolean isOf(String line, String name, String... tags) {
    if (!line.startsWith(name + " ") && !line.startsWith(name + "{")) {
      return false;
    }
    for (int i = 0; i < tags.length; i += 2) {
      String tag = tags[i] + "=\"" + tags[i + 1] + "\"";
      if (!line.contains("{" + tag) && !line.contains("," + tag)) {
        return false;
      }
    }
    return true;
  }
}
