package penstock.http;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;

/** Any bytes as a compressed body: what is taken is what the JDK reads, and is told beforehand. */
public final class GzipBodyFuzz {

  private static final int MOST = 1 << 20;

  private GzipBodyFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    var held = new AtomicInteger();
    Buffer body;
    try {
      body = GzipBody.inflate(input, more -> hold(held, more));
    } catch (ProblemException refused) {
      return;
    }
    if (body.length() != held.get()) {
      throw new AssertionError(body.length() + " bytes, told of " + held);
    }
    try (var jdk = new GZIPInputStream(new ByteArrayInputStream(input))) {
      if (!Arrays.equals(jdk.readAllBytes(), body.getBytes())) {
        throw new AssertionError("the JDK reads something else");
      }
    }
  }

  private static void hold(AtomicInteger held, int more) {
    if (held.addAndGet(more) > MOST) {
      throw ProblemException.of(ProblemType.BODY_TOO_LARGE, "more than " + MOST);
    }
  }
}
