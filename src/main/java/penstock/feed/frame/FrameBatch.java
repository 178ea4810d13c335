package penstock.feed.frame;

import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;
import penstock.stream.Cursor;
import penstock.stream.filter.EventFilter;

/**
 * Frames of events that follow one another, joined for one write. Belongs to an event loop. Whoever
 * has it releases it after the write; who keeps it for another, retains it.
 */
public final class FrameBatch {

  /** A batch ends with the event that makes it this long. */
  static final int ENOUGH_BYTES = 64 * 1024;

  private final Buffer frames;
  private final int events;
  private final long next;
  private final Cursor at;
  private @Nullable ByteBuf wire;
  private int users = 1;

  private FrameBatch(Buffer frames, int events, long next, Cursor at) {
    this.frames = frames;
    this.events = events;
    this.next = next;
    this.at = at;
  }

  /**
   * Frames that were joined elsewhere.
   *
   * @param frames shared, not to be modified
   * @param events how many they are
   * @param next the number of what is behind them
   * @param at where those stand who have got them
   */
  public static FrameBatch of(Buffer frames, int events, long next, Cursor at) {
    return new FrameBatch(frames, events, next, at);
  }

  /** Those that pass a filter; may be empty; shared, not to be modified. */
  public Buffer frames() {
    return frames;
  }

  /** How many the frames are. */
  public int events() {
    return events;
  }

  /** The number of the event behind them. */
  public long next() {
    return next;
  }

  /** Where those stand who have got the chunk. */
  public Cursor at() {
    return at;
  }

  /** The frames in an HTTP chunk; good until the release. */
  public ByteBuf wire() {
    ByteBuf present = wire;
    if (present == null) {
      present = HttpChunk.of(frames);
      wire = present;
    }
    return present;
  }

  /** More may follow at once: it ends here since it is long enough for a write. */
  public boolean isEnough() {
    return frames.length() >= ENOUGH_BYTES;
  }

  public FrameBatch retain() {
    users++;
    return this;
  }

  public void release() {
    if (--users == 0 && wire != null) {
      wire.release();
      wire = null;
    }
  }

  /** Collects slots. */
  public static final class Builder {

    private final EventFilter filter;
    private Buffer frames = Buffer.buffer(0);
    private int events;
    private int parts;

    /** For what was chosen elsewhere. */
    public Builder() {
      this(EventFilter.OPEN);
    }

    public Builder(EventFilter filter) {
      this.filter = filter;
    }

    /** Takes the event's frame, with the id that it has, if it passes. */
    public void add(BufferedEvent event) {
      if (filter.matches(event.attributes())) {
        add(event.frame(), 1);
      }
    }

    /** Takes the event's frame, with the id of a reader who then stands elsewhere, if it passes. */
    public void add(BufferedEvent event, Cursor at) {
      if (filter.matches(event.attributes())) {
        add(event.frame(at), 1);
      }
    }

    /**
     * Takes frames whatever they are.
     *
     * @param count how many they are
     */
    public void add(Buffer joined, int count) {
      events += count;
      parts++;
      frames =
          switch (parts) {
            case 1 -> joined;
            case 2 -> Buffer.buffer(4 * frames.length()).appendBuffer(frames).appendBuffer(joined);
            default -> frames.appendBuffer(joined);
          };
    }

    public boolean isEnough() {
      return frames.length() >= ENOUGH_BYTES;
    }

    public FrameBatch upTo(long next, Cursor at) {
      return new FrameBatch(frames, events, next, at);
    }
  }
}
