package penstock.http;

import io.vertx.core.buffer.Buffer;

/**
 * A body that is JSON already, at least in parts: events and entries are passed on digit for digit
 * as they were sent, which no mapping of objects would do.
 */
public interface JsonBody {

  /** The bytes that are sent. */
  Buffer json();
}
