package penstock.event;

import io.vertx.core.MultiMap;
import java.io.IOException;

/** Any body in structured mode; one that begins with a bracket as a batch. */
public final class JsonEventsFuzz {

  private static final MultiMap STRUCTURED =
      Requests.headers("Content-Type: application/cloudevents+json");
  private static final MultiMap BATCHED =
      Requests.headers("Content-Type: application/cloudevents-batch+json");

  private JsonEventsFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    boolean batch = input.length > 0 && input[0] == '[';
    EventRoundTrip.check(() -> Requests.read(batch ? BATCHED : STRUCTURED, input));
  }
}
