package penstock.http;

import io.vertx.core.buffer.Buffer;

/** A request was taken, and there is nothing to say but that. */
public record Accepted() implements JsonBody {

  @Override
  public Buffer json() {
    return Buffer.buffer("{}");
  }
}
