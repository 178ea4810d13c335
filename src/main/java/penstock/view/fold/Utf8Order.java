package penstock.view.fold;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The order of texts by the bytes of their UTF-8, as Redis has it. */
public final class Utf8Order {

  private Utf8Order() {}

  public static int compare(String one, String other) {
    return Arrays.compareUnsigned(
        one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
  }
}
