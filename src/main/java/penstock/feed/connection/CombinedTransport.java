package penstock.feed.connection;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.impl.ContextInternal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import penstock.feed.HeartbeatType;
import penstock.feed.frame.FrameBatch;
import penstock.problem.IsolatedCall;
import penstock.security.identity.Caller;
import penstock.stream.StartPosition;

/**
 * A connection that several feeds share. Each writes its frames as if it were alone; {@link
 * CombinedFrames} makes them frames of the connection, so that whoever resumes with the id of one
 * is to each feed a reader with its own last id. What the feeds write in one turn of the event loop
 * goes out in one write. When one ends, all do. Belongs to its event loop.
 */
public final class CombinedTransport {

  /** The loop's own: that of the request would hold it for as long as the connection lasts. */
  private final Context context;

  private final Transport transport;
  private final long mostPending;
  private final List<Part> parts = new ArrayList<>();

  /** One for each part, in the same order. */
  private final List<CombinedFrames> feeds = new ArrayList<>();

  /** The order in which feeds may write when the socket takes more: another each time. */
  private final List<Part> turns = new ArrayList<>();

  private final CombinedBuffer pending = new CombinedBuffer(feeds);
  private boolean flushes;
  private boolean ended;

  /**
   * @param mostPending bytes that may wait for the end of the turn before no feed writes more
   */
  public CombinedTransport(Context context, Transport transport, long mostPending) {
    this.context = ((ContextInternal) context).unwrap();
    this.transport = transport;
    this.mostPending = mostPending;
    transport.listen(
        new TransportListener() {
          @Override
          public void drained() {
            resume();
          }

          @Override
          public void gone() {
            end(null);
          }
        });
  }

  /**
   * The connection as one more feed has it.
   *
   * @param kind the member of its data that has the name
   * @param begins where its reader stands
   */
  public Transport part(String kind, String name, StartPosition begins) {
    var frames = new CombinedFrames(kind, name, begins, pending);
    var part = new Part(frames);
    feeds.add(frames);
    parts.add(part);
    turns.add(part);
    return part;
  }

  private boolean isFull() {
    return pending.length() >= mostPending || transport.isFull();
  }

  private void resume() {
    Collections.rotate(turns, 1);
    turns.forEach(part -> IsolatedCall.run(part.listener::drained));
  }

  private void flushLater() {
    if (!flushes) {
      flushes = true;
      context.runOnContext(go -> flush());
    }
  }

  private void flush() {
    flushes = false;
    if (ended) {
      return;
    }
    boolean waited = pending.length() >= mostPending;
    transport.write(pending.take());
    if (waited && !transport.isFull()) {
      resume();
    }
  }

  /** The connection is gone: calls all feeds, but the one that knows. */
  private void end(@Nullable Part knows) {
    if (ended) {
      return;
    }
    ended = true;
    for (Part part : parts) {
      if (part != knows) {
        IsolatedCall.run(part.listener::gone);
      }
    }
  }

  /** One feed's share of the connection. */
  private final class Part implements Transport {

    private final CombinedFrames feed;
    private TransportListener listener = TransportListener.NOBODY;

    Part(CombinedFrames feed) {
      this.feed = feed;
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
      this.listener = listener;
      if (ended) {
        context.runOnContext(go -> listener.gone());
      }
    }

    @Override
    public boolean isFull() {
      return CombinedTransport.this.isFull();
    }

    @Override
    public void write(FrameBatch batch) {
      write(batch.frames());
    }

    @Override
    public void write(Buffer frames) {
      if (ended) {
        return;
      }
      feed.append(frames.getBytes());
      flushLater();
    }

    @Override
    public void end(Buffer frames) {
      if (!ended) {
        feed.append(frames.getBytes());
        CombinedTransport.this.end(this);
        transport.end(pending.take());
      }
    }

    @Override
    public void reset() {
      if (!ended) {
        CombinedTransport.this.end(this);
        transport.reset();
      }
    }
  }
}
