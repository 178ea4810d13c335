package penstock.stream.http;

import io.vertx.core.buffer.Buffer;
import penstock.http.JsonBody;

/** A request was taken, and there is nothing to say but that. */
record Accepted() implements JsonBody {

  @Override
  public Buffer json() {
    return Buffer.buffer("{}");
  }
}
