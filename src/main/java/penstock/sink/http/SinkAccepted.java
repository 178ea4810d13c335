package penstock.sink.http;

import io.vertx.core.buffer.Buffer;
import penstock.http.JsonBody;

/** A request was taken, and there is nothing to say but that. */
record SinkAccepted() implements JsonBody {

  @Override
  public Buffer json() {
    return Buffer.buffer("{}");
  }
}
