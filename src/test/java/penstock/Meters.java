package penstock;

import io.restassured.RestAssured;

/** What {@code /q/metrics} says, in the text format of Prometheus. */
public final class Meters {

  private Meters() {}

  public static String text() {
    return RestAssured.given().accept("text/plain").get("/q/metrics").asString();
  }

  /**
   * The sum of all series of a name that have these tags, whatever others they have; NaN, which
   * equals nothing, while there is none.
   *
   * @param tags key, value, key, value and so on
   */
  public static double read(String name, String... tags) {
    return text()
        .lines()
        .filter(line -> isOf(line, name, tags))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .reduce(Double::sum)
        .orElse(Double.NaN);
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
