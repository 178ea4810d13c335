package penstock.feed;

import io.vertx.core.buffer.Buffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import penstock.stream.ResetReason;

/**
 * A reader's connection: what is written to it, and how long it may be full, quiet or open. Belongs
 * to its event loop.
 */
final class Connection {

  private final Outlet outlet;
  private final FeedMeters meters;
  private final FeedConfig config;
  private final Lifetime lifetime;
  private long lastWrite = System.nanoTime();

  /** 0 while it takes something. */
  private long fullSince;

  Connection(Outlet outlet, FeedMeters meters, FeedConfig config) {
    this.outlet = outlet;
    this.meters = meters;
    this.config = config;
    this.lifetime = new Lifetime(config.maxLifetime());
  }

  ClientAddress client() {
    return outlet.client();
  }

  /**
   * Says what to call when the socket takes more again, and when the connection is gone: by the
   * client, or by the system, which gave up a client that took nothing.
   */
  void listen(Runnable drained, Consumer<DisconnectReason> gone) {
    outlet.listen(
        () -> {
          fullSince = 0;
          drained.run();
        },
        () -> gone.accept(fullSince == 0 ? DisconnectReason.CLIENT : DisconnectReason.SLOW));
  }

  /** Nothing more should be written now. */
  boolean isFull() {
    if (!outlet.isFull()) {
      return false;
    }
    if (fullSince == 0) {
      fullSince = System.nanoTime();
    }
    return true;
  }

  /** Writes shared frames, and releases them. */
  void write(Chunk chunk) {
    if (chunk.events() > 0) {
      lastWrite = System.nanoTime();
      meters.delivered(chunk.events(), chunk.frames().length());
      outlet.write(chunk);
    }
    chunk.release();
  }

  void write(Buffer frames) {
    lastWrite = System.nanoTime();
    outlet.write(frames);
  }

  /** Writes the frame that says that history is missing. */
  void writeReset(Buffer frame, ResetReason reason) {
    meters.reset(reason);
    write(frame);
  }

  /** A measure of how long Redis may fail its reader. */
  Outage newOutage() {
    return new Outage(config.redisPatience());
  }

  /**
   * Why it must end now; null if it need not.
   *
   * @param silence nanoseconds for which nothing came from Redis; 0 if the reader waits for nothing
   * @param resumable the reader can go on elsewhere, so that it may end of age
   */
  @Nullable DisconnectReason overdue(long now, long silence, boolean resumable) {
    if (isFull()) {
      return now - fullSince > config.slowClientTimeout().toNanos() ? DisconnectReason.SLOW : null;
    }
    if (silence > config.redisPatience().toNanos()) {
      return DisconnectReason.REDIS_UNAVAILABLE;
    }
    return resumable && lifetime.isOver(now) ? DisconnectReason.LIFETIME : null;
  }

  /** Nothing was written for so long that a heartbeat is due. */
  boolean isQuiet(long now) {
    return !isFull() && now - lastWrite >= config.heartbeat().toNanos();
  }

  /** Ends it, with the reason and when to come back if the reader should know them. */
  void end(DisconnectReason reason) {
    meters.disconnected(reason);
    switch (reason) {
      case CLIENT -> {}
      case SLOW -> outlet.reset();
      case SHUTTING_DOWN, LIFETIME -> outlet.end(Buffer.buffer());
      default -> outlet.end(Frames.unavailable(reason, ReconnectDelay.millis(config)));
    }
  }
}
