package penstock.feed;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/** How feeds are served. */
@ConfigMapping(prefix = "penstock.feed")
public interface FeedConfig {

  /**
   * The most events of a stream that are kept encoded, for readers a little behind. A reader that
   * is further behind reads from Redis.
   */
  @WithDefault("8192")
  @Min(1)
  @Max(1_000_000)
  int historyEvents();

  /** The most bytes of a stream that are kept encoded. */
  @WithDefault("8M")
  MemorySize historySize();

  /**
   * The bytes that these may take of all streams and views together; a sixteenth of the heap if not
   * set. Where that is not enough each may have an equal part of it, so that it may be twice as
   * much for a while. Each that has events takes at least 4 KB, however many there are.
   */
  Optional<MemorySize> historiesSize();

  /** How long a stream's channel is kept when its last reader has gone, for the next to find. */
  @WithDefault("30s")
  Duration channelLinger();

  /** The most readers of this instance; more are asked to come back later. */
  @WithDefault("10000")
  @Min(1)
  int maxSubscribers();

  /**
   * The most feeds over one connection. Each costs a place in its history, and its cursor in every
   * id. Those whose ids could be too long to come back are refused, however few they are.
   */
  @WithDefault("32")
  @Min(1)
  int maxCombined();

  /** What may wait in one reader's socket before nothing more is written to it. */
  @WithDefault("128K")
  MemorySize socketBuffer();

  /** A reader whose socket took nothing for so long is disconnected. */
  @WithDefault("1m")
  Duration slowClientTimeout();

  /** How often a reader to whom nothing was sent is sent its cursor. */
  @WithDefault("15s")
  Duration heartbeat();

  /**
   * How long a reader is to wait before it reconnects; spread by half of it either way, so that not
   * all come back at once.
   */
  @WithDefault("2s")
  Duration retry();

  /** How long connected readers wait for a Redis that is away before they are sent elsewhere. */
  @WithDefault("1m")
  Duration redisPatience();

  /** Reads of older events from Redis that may be under way at once, for all readers together. */
  @WithDefault("16")
  @Min(1)
  int replays();

  /**
   * What one such read should bring, judged by the sizes of the events read before. The same for a
   * page of a view's snapshot and for a part of what changed in it, which is at least one commit.
   */
  @WithDefault("128K")
  MemorySize replaySize();

  /**
   * The most events of one such read: bounds it when large events follow small ones. A part of what
   * changed in a view has at most so many keys, if it is more than one commit.
   */
  @WithDefault("256")
  @Min(1)
  @Max(10_000)
  int replayCount();

  /**
   * How long such a read is kept encoded for others who come as far back: after a restart all
   * readers are back within about twice the time that they are to wait.
   */
  @WithDefault("10s")
  Duration replayKeep();

  /** The most bytes of such reads that are kept, of all streams together. */
  @WithDefault("32M")
  MemorySize replayKept();

  /**
   * The most readers with the same address; an IPv6 network of 64 bits counts as one. Unlimited if
   * not set. Behind a proxy, the address is the one that it gives, if {@code quarkus.http.proxy}
   * says so; otherwise it is the proxy's own.
   */
  OptionalInt maxSubscribersPerClient();

  /**
   * How long a connection may last; spread over the last quarter of it. So readers spread evenly
   * over instances again some time after one was added.
   */
  @WithDefault("1h")
  Duration maxLifetime();

  /**
   * When many were busy being written to, they rest for as long as that took, but at most so long:
   * then what comes meanwhile is written together. 0 writes at once.
   */
  @WithDefault("5ms")
  Duration gather();

  /** Over which time readers are disconnected when the instance shuts down. */
  @WithDefault("5s")
  Duration drainTime();
}
