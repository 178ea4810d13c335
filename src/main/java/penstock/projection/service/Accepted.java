package penstock.projection.service;

import io.vertx.core.buffer.Buffer;
import penstock.http.JsonBody;

/** A request was taken that has nothing to tell but that. */
record Accepted() implements JsonBody {

  @Override
  public Buffer json() {
    return Buffer.buffer("{}");
  }
}
