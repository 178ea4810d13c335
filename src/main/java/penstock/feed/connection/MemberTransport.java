package penstock.feed.connection;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import penstock.feed.HeartbeatType;
import penstock.feed.frame.FrameBatch;
import penstock.security.identity.Caller;

/** A transport whose end others want to know of, whoever ends it. Belongs to its event loop. */
public final class MemberTransport implements Transport {

  private final Transport transport;
  private final Promise<Void> ended = Promise.promise();

  public MemberTransport(Transport transport) {
    this.transport = transport;
  }

  /** Completes when nothing more is written; never fails. */
  public Future<Void> ended() {
    return ended.future();
  }

  @Override
  public ClientAddress client() {
    return transport.client();
  }

  @Override
  public Caller caller() {
    return transport.caller();
  }

  @Override
  public HeartbeatType heartbeat() {
    return transport.heartbeat();
  }

  @Override
  public void listen(TransportListener listener) {
    transport.listen(
        new TransportListener() {
          @Override
          public void drained() {
            listener.drained();
          }

          @Override
          public void gone() {
            ended.tryComplete();
            listener.gone();
          }
        });
  }

  @Override
  public boolean isFull() {
    return transport.isFull();
  }

  @Override
  public void write(Buffer frames) {
    transport.write(frames);
  }

  @Override
  public void write(FrameBatch batch) {
    transport.write(batch);
  }

  @Override
  public void end(Buffer frames) {
    ended.tryComplete();
    transport.end(frames);
  }

  @Override
  public void reset() {
    ended.tryComplete();
    transport.reset();
  }
}
