package penstock.feed.connection;

import io.vertx.core.buffer.Buffer;
import java.time.InstantSource;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import penstock.feed.DisconnectReason;
import penstock.feed.FeedConfig;
import penstock.feed.FeedMeters;
import penstock.feed.HeartbeatType;
import penstock.feed.ReconnectDelay;
import penstock.feed.frame.FrameBatch;
import penstock.feed.frame.Frames;
import penstock.security.identity.Caller;
import penstock.stream.Cursor;
import penstock.stream.ResetReason;

/**
 * A reader's connection: what is written to it, and how long it may be full, quiet or open. Belongs
 * to its event loop.
 */
public final class Connection implements TransportListener {

  private final Transport transport;
  private final FeedMeters meters;
  private final FeedConfig config;
  private final long oldFrom;
  private final long knownUntil;
  private @Nullable ConnectionListener reader;
  private long lastWrite = System.nanoTime();

  /** 0 while it takes something. */
  private long fullSince;

  public Connection(Transport transport, FeedMeters meters, FeedConfig config) {
    this.transport = transport;
    this.meters = meters;
    this.config = config;
    this.oldFrom = ConnectionLifetime.end(config.maxLifetime());
    this.knownUntil = CallerLifetime.end(transport.caller(), InstantSource.system());
  }

  public ClientAddress client() {
    return transport.client();
  }

  public Caller caller() {
    return transport.caller();
  }

  /** Says whom to tell when the socket takes more again, and when the connection is gone. */
  public void listen(ConnectionListener reader) {
    this.reader = reader;
    transport.listen(this);
  }

  @Override
  public void drained() {
    fullSince = 0;
    Objects.requireNonNull(reader).drained();
  }

  @Override
  public void gone() {
    Objects.requireNonNull(reader)
        .gone(wasSlow() ? DisconnectReason.SLOW : DisconnectReason.CLIENT);
  }

  /**
   * The system gives up a client that takes nothing after the same time as {@link #overdue}, but
   * counts from when the last of it was acknowledged, somewhat before the socket was full. Whoever
   * goes sooner went by itself.
   */
  private boolean wasSlow() {
    return fullSince != 0
        && System.nanoTime() - fullSince > config.slowClientTimeout().toNanos() / 2;
  }

  /** Nothing more should be written now. */
  public boolean isFull() {
    if (!transport.isFull()) {
      return false;
    }
    if (fullSince == 0) {
      fullSince = System.nanoTime();
    }
    return true;
  }

  /** Reads what a write will need; returns something of it. */
  public long touch() {
    return lastWrite + fullSince + transport.touch();
  }

  /** Writes shared frames, and releases them. */
  public void write(FrameBatch batch) {
    if (batch.events() > 0) {
      lastWrite = System.nanoTime();
      meters.delivered(batch.events(), batch.frames().length());
      transport.write(batch);
    }
    batch.release();
  }

  public void write(Buffer frames) {
    lastWrite = System.nanoTime();
    transport.write(frames);
  }

  /**
   * Shows that the connection lives, as its reader wants that.
   *
   * @param at where the reader stands; null if there is no such cursor
   */
  public void writeHeartbeat(@Nullable Cursor at) {
    write(
        at == null || transport.heartbeat() == HeartbeatType.COMMENT
            ? Frames.comment()
            : Frames.heartbeat(at));
  }

  /** Writes the frame that says that history is missing. */
  public void writeReset(Buffer frame, ResetReason reason) {
    meters.reset(reason);
    write(frame);
  }

  /** A measure of how long Redis may fail its reader. */
  public OutageTimer newOutage() {
    return new OutageTimer(config.redisPatience());
  }

  /**
   * Why it must end now; null if it need not.
   *
   * @param silence nanoseconds for which nothing came from Redis; 0 if the reader waits for nothing
   * @param resumable the reader can go on elsewhere, so that it may end of age
   */
  public @Nullable DisconnectReason overdue(long now, long silence, boolean resumable) {
    if (now - knownUntil >= 0) {
      return DisconnectReason.TOKEN_EXPIRED;
    }
    if (isFull()) {
      return now - fullSince > config.slowClientTimeout().toNanos() ? DisconnectReason.SLOW : null;
    }
    if (silence > config.redisPatience().toNanos()) {
      return DisconnectReason.REDIS_UNAVAILABLE;
    }
    return resumable && now - oldFrom >= 0 ? DisconnectReason.LIFETIME : null;
  }

  /** Nothing was written for so long that a heartbeat is due. */
  public boolean isQuiet(long now) {
    return !isFull() && now - lastWrite >= config.heartbeat().toNanos();
  }

  /** Ends it, with the reason and when to come back if the reader should know them. */
  public void end(DisconnectReason reason) {
    meters.disconnected(reason);
    switch (reason) {
      case CLIENT -> {}
      case SLOW -> transport.reset();
      case SHUTTING_DOWN, LIFETIME -> transport.end(Buffer.buffer());
      // not behind what it does not take
      case TOKEN_EXPIRED, TOKEN_REVOKED -> {
        if (transport.isFull()) {
          transport.reset();
        } else {
          transport.end(Frames.unavailable(reason, ReconnectDelay.millis(config)));
        }
      }
      default -> transport.end(Frames.unavailable(reason, ReconnectDelay.millis(config)));
    }
  }
}
