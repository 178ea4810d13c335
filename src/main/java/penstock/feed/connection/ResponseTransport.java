package penstock.feed.connection;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import penstock.feed.HeartbeatType;
import penstock.feed.frame.FrameBatch;
import penstock.security.identity.Caller;

/** Writes to a response, which knows what HTTP/2, HTTP/1.0, TLS and compression want. */
class ResponseTransport implements Transport {

  private final HttpServerResponse response;
  private final ClientAddress client;
  private final Caller caller;
  private final HeartbeatType heartbeat;

  ResponseTransport(
      HttpServerResponse response, ClientAddress client, Caller caller, HeartbeatType heartbeat) {
    this.response = response;
    this.client = client;
    this.caller = caller;
    this.heartbeat = heartbeat;
  }

  @Override
  public final ClientAddress client() {
    return client;
  }

  @Override
  public final Caller caller() {
    return caller;
  }

  @Override
  public final HeartbeatType heartbeat() {
    return heartbeat;
  }

  @Override
  public final void listen(Runnable drained, Runnable gone) {
    response.closeHandler(closed -> gone.run());
    response.exceptionHandler(broken -> gone.run());
    response.drainHandler(more -> drained.run());
  }

  @Override
  public boolean isFull() {
    return response.writeQueueFull();
  }

  @Override
  public void write(Buffer frames) {
    response.write(frames);
  }

  @Override
  public void write(FrameBatch batch) {
    response.write(batch.frames());
  }

  @Override
  public void end(Buffer frames) {
    StreamEnd.of(response, frames);
  }

  @Override
  public final void reset() {
    response.reset();
  }
}
