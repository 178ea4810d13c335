package penstock.feed.connection;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import penstock.feed.HeartbeatType;
import penstock.feed.frame.FrameBatch;
import penstock.security.identity.Caller;

/** Writes to a response, which knows what HTTP/2, HTTP/1.0, TLS and compression want. */
final class ResponseTransport extends ClientTransport {

  private final HttpServerResponse response;

  ResponseTransport(
      HttpServerResponse response, ClientAddress client, Caller caller, HeartbeatType heartbeat) {
    super(client, caller, heartbeat);
    this.response = response;
  }

  @Override
  public void listen(TransportListener listener) {
    response.closeHandler(closed -> listener.gone());
    response.exceptionHandler(broken -> listener.gone());
    response.drainHandler(more -> listener.drained());
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
  public void reset() {
    response.reset();
  }
}
