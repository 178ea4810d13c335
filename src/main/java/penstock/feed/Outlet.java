package penstock.feed;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;

/** A reader's end of a response whose first bytes were written. Belongs to its event loop. */
interface Outlet {

  /**
   * The shortest way to the socket: past the response where it is plain HTTP/1.1, else through it.
   *
   * @param unacknowledged how long the client may leave unacknowledged what was sent to it, before
   *     it is taken for gone; where the system can find out
   */
  static Outlet of(HttpServerRequest request, ClientAddress client, Duration unacknowledged) {
    ChannelOutlet direct = ChannelOutlet.of(request, client, unacknowledged);
    return direct == null ? new ResponseOutlet(request.response(), client) : direct;
  }

  /** Who is at the other end. */
  ClientAddress client();

  /**
   * Says what to call when the socket takes more again, and when the connection is gone. Both are
   * called on the event loop.
   */
  void listen(Runnable drained, Runnable gone);

  /** What waits in the socket has reached its bound. What is written all the same is kept. */
  boolean isFull();

  /** Writes one reader's own frames. */
  void write(Buffer frames);

  /** Writes shared frames. */
  void write(Chunk chunk);

  /** Ends the response as HTTP has it, after these frames. */
  void end(Buffer frames);

  /** Breaks the connection, or the stream in it, without waiting for what is not sent yet. */
  void reset();
}
