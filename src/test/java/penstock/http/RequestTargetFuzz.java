package penstock.http;

import java.net.URI;
import java.nio.charset.StandardCharsets;

/** Any first line: what is let through is a path that the JDK can read, and is left alone again. */
public final class RequestTargetFuzz {

  private RequestTargetFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) {
    String target = RequestTarget.read(new String(input, StandardCharsets.ISO_8859_1));
    if (target == null) {
      return;
    }
    // As behind an origin, where two slashes begin no authority.
    String path = URI.create("http://localhost" + target).getRawPath();
    if (!target.startsWith("/") || !target.startsWith(path)) {
      throw new AssertionError(target + " has the path " + path);
    }
    if (!target.equals(RequestTarget.read(target))) {
      throw new AssertionError(target + " became " + RequestTarget.read(target));
    }
  }
}
