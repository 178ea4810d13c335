package penstock.stream.filter;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import penstock.event.Event;
import penstock.event.EventData;

/** Any text is an expression, or refused; one is evaluated without a failure, and soon. */
public final class CesqlFuzz {

  private static final Event EVENT =
      new Event(
          "1",
          "/s",
          "order.placed",
          "a/b%c_d",
          "2016-12-31T23:59:60Z",
          "text/plain",
          null,
          new TreeMap<>(Map.of("n", Integer.MIN_VALUE, "yes", true, "text", "-2147483648")),
          new EventData.None());

  private CesqlFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) {
    CesqlCondition condition;
    try {
      condition = CesqlCondition.parse(new String(input, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException refused) {
      return;
    }
    if (condition.test(EVENT) != condition.test(EVENT)) {
      throw new AssertionError("says this and that");
    }
  }
}
