package penstock.sink;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithParentName;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** The other systems that the events of streams are delivered to. */
@ConfigMapping(prefix = "penstock.sinks")
public interface SinksConfig {

  /** How often the lag of all sinks is looked at, for the metrics and for health. */
  @WithDefault("10s")
  Duration monitorInterval();

  /** By name. */
  @WithParentName
  Map<String, OfSink> byName();

  /** Settings of one sink. */
  interface OfSink {

    /** The stream whose events are delivered. */
    String stream();

    /**
     * What the receiver is: {@code webhook}, {@code elasticsearch} (also for OpenSearch), or {@code
     * bean:} and the name of a CDI bean that is an {@code EventHandler}.
     */
    String kind();

    /** Only events of these types; one that ends with {@code *} is what a type begins with. */
    Optional<Set<String>> types();

    /**
     * Only events of these subjects; one that ends with {@code *} is what a subject begins with.
     */
    Optional<Set<String>> subjects();

    /**
     * Only events that meet this condition, in the JSON form that a feed's parameter {@code filter}
     * has: {@code {"sql": "type = 'ticket.cancelled'"}}.
     */
    Optional<String> filter();

    /**
     * Where a new sink begins: {@code earliest}, {@code latest}, or with what was appended at a
     * time or later, as in RFC 3339. Means nothing once it has begun.
     */
    @WithDefault("earliest")
    String start();

    /** What the receiver can rely on. */
    @WithDefault("key")
    DeliveryOrder order();

    /**
     * Events of a partition that are with the receiver at the same time. Bounds what a takeover
     * repeats, and what the receiver has to bear. Of the order {@code partition} it bounds a batch.
     */
    @WithDefault("256")
    @Min(1)
    @Max(100_000)
    int maxInFlight();

    /**
     * Events in one request, if there are so many. Without it, as the kind has it: 1 for webhooks
     * and beans, 500 for an archive.
     */
    OptionalInt batch();

    /**
     * Events of a partition that may wait to be tried again, or behind one of their key that does,
     * while others go on. When there are so many, nothing more is read until one is done. About 200
     * bytes of Redis and of memory each.
     */
    @WithDefault("10000")
    @Min(1)
    @Max(1_000_000)
    int maxWaiting();

    /**
     * Events of a partition that are kept in memory while they wait; what is beyond it is read from
     * the log again when it is tried.
     */
    @WithDefault("16M")
    MemorySize maxBuffered();

    /** When it is tried again what did not go through. */
    Retries retry();

    /** What becomes of an event that the receiver does not take. */
    @WithDefault("dead-letter")
    OnRefused onRefused();

    /** What only sinks of the kind {@code webhook} have. */
    @WithParentName
    Webhook webhook();

    /** What only sinks of the kind {@code elasticsearch} have. */
    @WithParentName
    Archive archive();
  }

  /** When it is tried again what did not go through. */
  interface Retries {

    /** The pause after the first attempt. It doubles with each, and up to half of it is random. */
    @WithDefault("1s")
    Duration first();

    /** The longest pause: how late a receiver that is back may notice it. */
    @WithDefault("1h")
    Duration longest();

    /**
     * When an event that was tried for so long becomes a dead letter. Without it, it is tried for
     * ever: an outage of any length loses nothing.
     */
    Optional<Duration> giveUpAfter();

    /**
     * After how many attempts an event that the receiver refuses becomes a dead letter. More than
     * one is for receivers that refuse what they will take later.
     */
    @WithDefault("1")
    @Min(1)
    int refusedAttempts();
  }

  /** What only sinks of the kind {@code webhook} have. */
  interface Webhook {

    /** Where events are sent: an absolute {@code https} or {@code http} URL. */
    Optional<String> url();

    /**
     * Secrets that requests are signed with, as Standard Webhooks has them: {@code whsec_} and 24
     * to 64 bytes in base64. Several while one takes the place of another.
     */
    Optional<List<String>> secrets();
  }

  /** What only sinks of the kind {@code elasticsearch} have. */
  interface Archive {

    /** The nodes: {@code host:port}, or a URL. */
    Optional<List<String>> hosts();

    /** The name of the index or data stream; a pattern of the event's time may be part of it. */
    Optional<String> index();
  }

  /** What a receiver can rely on. */
  enum DeliveryOrder {
    /** Events come in the order of the log: one batch in flight. */
    PARTITION,
    /** Events of a key come in their order: one in flight, those of other keys go on beside it. */
    KEY,
    /** As they come. */
    NONE
  }

  /** What becomes of an event that the receiver does not take. */
  enum OnRefused {
    /** It is set aside with the reason, and the sink goes on. */
    DEAD_LETTER,
    /** The sink stops before it, aloud, until it is resumed. */
    STOP
  }
}
