package penstock.feed;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import penstock.stream.Start;

/**
 * A connection that several feeds share. Each writes its frames as if it were alone; on their way
 * they get the name of the feed, and as their id the last ids of all feeds, so that whoever resumes
 * with it is to each feed a reader with its own last id. What the feeds write in one turn of the
 * event loop goes out in one write. When one ends, all do. Belongs to its event loop.
 */
final class CombinedOutlet {

  private static final byte[] ID = ascii("id: ");
  private static final byte[] DATA = ascii("data: ");
  private static final byte[] EVENT = ascii(",\"event\":");

  private final Context context;
  private final Outlet outlet;
  private final long mostPending;
  private final List<Part> parts = new ArrayList<>();

  /** The order in which feeds may write when the socket takes more: another each time. */
  private final List<Part> turns = new ArrayList<>();

  private Buffer pending = Buffer.buffer();
  private boolean flushes;
  private boolean ended;

  /**
   * @param mostPending bytes that may wait for the end of the turn before no feed writes more
   */
  CombinedOutlet(Context context, Outlet outlet, long mostPending) {
    this.context = context;
    this.outlet = outlet;
    this.mostPending = mostPending;
    outlet.listen(this::drained, () -> end(null));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * The connection as one more feed has it.
   *
   * @param kind the member of its messages that has the name
   * @param begins where its reader stands: until the feed sends an id, that is what the ids of the
   *     others say of it, or a reader that left before would have lost its place in it
   */
  Outlet part(String kind, String name, Start begins) {
    Part part = new Part(ascii("{\"" + kind + "\":\"" + name + "\""));
    if (begins instanceof Start.At resumed) {
      part.cursor = ascii(resumed.cursor().encode());
    }
    parts.add(part);
    turns.add(part);
    return part;
  }

  private boolean isFull() {
    return pending.length() >= mostPending || outlet.isFull();
  }

  private void drained() {
    Collections.rotate(turns, 1);
    turns.forEach(part -> part.drained.run());
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
    Buffer frames = pending;
    pending = Buffer.buffer();
    outlet.write(frames);
    if (waited && !outlet.isFull()) {
      drained();
    }
  }

  /** Tells all feeds, but the one that knows, that the connection is gone. */
  private void end(@Nullable Part knows) {
    if (ended) {
      return;
    }
    ended = true;
    for (Part part : parts) {
      if (part != knows) {
        part.gone.run();
      }
    }
  }

  /** One feed's share of the connection. */
  private final class Part implements Outlet {

    /** The beginning of its messages' data. */
    private final byte[] opening;

    /** Its last id, of this connection or the one before; nothing before the first. */
    private byte[] cursor = {};

    /** The frame that is being written has a name: it is no event of the stream. */
    private boolean named;

    private Runnable drained = () -> {};
    private Runnable gone = () -> {};

    Part(byte[] opening) {
      this.opening = opening;
    }

    @Override
    public ClientAddress client() {
      return outlet.client();
    }

    @Override
    public void listen(Runnable drained, Runnable gone) {
      this.drained = drained;
      this.gone = gone;
      if (ended) {
        context.runOnContext(go -> gone.run());
      }
    }

    @Override
    public boolean isFull() {
      return CombinedOutlet.this.isFull();
    }

    @Override
    public void write(Chunk chunk) {
      write(chunk.frames());
    }

    @Override
    public void write(Buffer frames) {
      if (ended) {
        return;
      }
      take(frames.getBytes());
      flushLater();
    }

    @Override
    public void end(Buffer frames) {
      if (!ended) {
        take(frames.getBytes());
        CombinedOutlet.this.end(this);
        outlet.end(pending);
      }
    }

    @Override
    public void reset() {
      if (!ended) {
        CombinedOutlet.this.end(this);
        outlet.reset();
      }
    }

    /** Takes frames, or the first lines of one. */
    private void take(byte[] frames) {
      int from = 0;
      for (int at = 0; at < frames.length; at++) {
        if (frames[at] == '\n') {
          take(frames, from, at);
          pending.appendByte((byte) '\n');
          from = at + 1;
        }
      }
    }

    private void take(byte[] frames, int from, int to) {
      switch (from == to ? '\n' : frames[from]) {
        case '\n' -> named = false;
        case 'i' -> takeId(frames, from + ID.length, to);
        case 'd' -> takeData(frames, from + DATA.length, to);
        default -> {
          named |= frames[from] == 'e';
          pending.appendBytes(frames, from, to - from);
        }
      }
    }

    private void takeId(byte[] frames, int from, int to) {
      cursor = Arrays.copyOfRange(frames, from, to);
      pending.appendBytes(ID).appendString(CombinedCursor.VERSION);
      for (Part part : parts) {
        if (part.cursor.length > 0) {
          pending.appendByte((byte) CombinedCursor.SEPARATOR).appendBytes(part.cursor);
        }
      }
    }

    /** Data is a JSON object on one line. */
    private void takeData(byte[] frames, int from, int to) {
      pending.appendBytes(DATA).appendBytes(opening);
      if (!named) {
        pending.appendBytes(EVENT).appendBytes(frames, from, to - from).appendByte((byte) '}');
      } else if (frames[from + 1] == '}') {
        pending.appendByte((byte) '}');
      } else {
        pending.appendByte((byte) ',').appendBytes(frames, from + 1, to - from - 1);
      }
    }
  }
}
