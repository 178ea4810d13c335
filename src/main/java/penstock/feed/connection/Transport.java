package penstock.feed.connection;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import penstock.feed.HeartbeatType;
import penstock.feed.frame.FrameBatch;
import penstock.security.identity.Caller;

/** A reader's end of a response whose first bytes were written. Belongs to its event loop. */
public interface Transport {

  /**
   * The shortest way to the socket: past the response where it is plain HTTP/1.1, else through it.
   *
   * @param caller as whom the client is known
   * @param heartbeat how the client wants its heartbeats
   * @param unacknowledged how long the client may leave unacknowledged what was sent to it, before
   *     it is taken for gone; where the system can find out
   */
  static Transport of(
      HttpServerRequest request,
      ClientAddress client,
      Caller caller,
      HeartbeatType heartbeat,
      Duration unacknowledged) {
    NettyTransport direct = NettyTransport.of(request, client, caller, heartbeat, unacknowledged);
    return direct == null
        ? new ResponseTransport(request.response(), client, caller, heartbeat)
        : direct;
  }

  /** Who is at the other end. */
  public ClientAddress client();

  /** As whom that is known. */
  public Caller caller();

  /** How it wants its heartbeats. */
  public HeartbeatType heartbeat();

  /** Says whom to tell when the socket takes more again, and when the connection is gone. */
  public void listen(TransportListener listener);

  /** What waits in the socket has reached its bound. What is written all the same is kept. */
  public boolean isFull();

  /**
   * Reads what a write of shared frames will need, if that is worth it; returns something of it.
   */
  public default long touch() {
    return 0;
  }

  /** Writes one reader's own frames. */
  public void write(Buffer frames);

  /** Writes shared frames. */
  public void write(FrameBatch batch);

  /** Ends the response as HTTP has it, after these frames. */
  public void end(Buffer frames);

  /** Breaks the connection, or the stream in it, without waiting for what is not sent yet. */
  public void reset();
}
