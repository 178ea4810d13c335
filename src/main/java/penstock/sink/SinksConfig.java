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
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;

/** The other systems that the events of streams are delivered to. */
@ConfigMapping(prefix = "penstock.sinks")
public interface SinksConfig {

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
     * has, CESQL too: an object with the member {@code sql}.
     */
    Optional<String> filter();

    /**
     * Where a new sink begins: {@code earliest}, {@code latest}, or with what was appended at a
     * time or later, as in RFC 3339. Means nothing once it has begun.
     */
    @WithDefault("earliest")
    String start();

    /**
     * What the receiver can rely on. Without it, as the kind has it: {@code key} for webhooks and
     * beans, {@code none} for an archive, whose documents are apart from each other.
     */
    Optional<DeliveryOrder> order();

    /**
     * Events of a partition that are with the receiver at the same time. Bounds what a takeover
     * repeats, and what the receiver has to bear. Of the order {@code partition} it bounds a batch.
     * Without it, as the kind has it: 256 for webhooks and beans, 1,024 for an archive.
     */
    @Min(1)
    @Max(100_000)
    OptionalInt maxInFlight();

    /**
     * Events in one request, if there are so many. Without it, as the kind has it: 1 for webhooks
     * and beans, 512 for an archive.
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

    /**
     * How long a connection to the receiver may take, also through a proxy, and to find its address
     * as well.
     */
    @WithDefault("5s")
    @DurationMin(millis = 1)
    @DurationMax(hours = 1)
    Duration connectTimeout();

    /**
     * How long the receiver may take: a webhook from the request to the status of its answer, an
     * archive to the end of its answer, with all nodes that are tried, a bean with an event. Then
     * it is given up, and the events come again.
     */
    @WithDefault("30s")
    @DurationMin(millis = 1)
    @DurationMax(hours = 1)
    Duration answerTimeout();

    /**
     * A TLS configuration, {@code quarkus.tls.<name>.*}: whose certificates are trusted, and the
     * client's own certificate. Without it, those that Java trusts.
     */
    Optional<String> tlsConfigurationName();

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
    @DurationMin(millis = 1)
    Duration first();

    /**
     * The longest pause: how late a receiver that is back may notice it. Not shorter than {@code
     * first}.
     */
    @WithDefault("10m")
    @DurationMin(millis = 1)
    @DurationMax(days = 1)
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

    /**
     * Where events are sent: an absolute {@code https} or {@code http} URL, without a user's name
     * or password in it. Who has to log in has headers for that.
     */
    Optional<String> url();

    /**
     * Secrets that requests are signed with, as Standard Webhooks has them: {@code whsec_} and 24
     * to 64 bytes in base64 for HMAC, {@code whsk_} and a private key of 32 bytes in base64 for
     * Ed25519. Several while one takes the place of another: all of them sign. Without any,
     * requests are not signed.
     */
    Optional<List<String>> secrets();

    /** How events are written: as CloudEvents has it. */
    @WithDefault("structured")
    ContentMode mode();

    /** Headers that each request has besides, by name, such as {@code authorization}. */
    Map<String, String> headers();

    /**
     * Whether the receiver may be at an address that is private, of this machine, of a link, or
     * reserved. Not by default, so that nobody can have requests sent to what stands behind the
     * firewall, or to where a cloud tells its credentials.
     */
    @WithDefault("false")
    boolean allowPrivate();

    /**
     * Redirects with 307 or 308 that are followed, one after the other. None by default: they cost
     * both sides, and where they lead is not where you said. Never from {@code https} to {@code
     * http}; headers of yours do not go to another host.
     */
    @WithDefault("0")
    @Min(0)
    @Max(5)
    int redirects();

    /**
     * Connections to the receiver at the same time, of this instance. Each has one request under
     * way. About 20 KB of memory each, more with TLS.
     */
    @WithDefault("256")
    @Min(1)
    @Max(10_000)
    int maxConnections();

    /** How long a connection is kept that has nothing to do, in whole seconds. */
    @WithDefault("30s")
    @DurationMin(seconds = 1)
    @DurationMax(hours = 1)
    Duration keepAlive();

    /**
     * The longest {@code Retry-After} that is granted; who asks for more is asked again then. All
     * of the receiver's events wait for it, whichever was answered so: shorter where it means that
     * one only.
     */
    @WithDefault("1h")
    @DurationMin
    @DurationMax(days = 1)
    Duration maxRetryAfter();

    /**
     * A proxy, {@code quarkus.proxy.<name>.*}. It looks the receiver's address up itself, so that
     * what it lets through is its own to decide.
     */
    Optional<String> proxyConfigurationName();

    /** When a receiver that is down is spared. */
    Breaker breaker();

    /** Whether the receiver is asked before anything is sent to it. */
    Handshake handshake();
  }

  /** How a webhook's events are written: the content modes of CloudEvents' HTTP binding. */
  enum ContentMode {
    /** One event in JSON. */
    STRUCTURED,
    /** The data as the body, the attributes as headers. */
    BINARY,
    /** Up to {@code batch} events in one JSON array. */
    BATCHED
  }

  /** When a receiver that is down is spared. */
  interface Breaker {

    /** How many of the last requests are looked at. */
    @WithDefault("20")
    @Min(2)
    @Max(1_000)
    int requests();

    /**
     * How many of a hundred of them must have failed: no answer, a broken one, 5xx. Then nothing is
     * sent for a while.
     */
    @WithDefault("50")
    @Min(1)
    @Max(100)
    int failurePercent();

    /** For how long nothing is sent. Then one request finds out whether the receiver is back. */
    @WithDefault("10s")
    @DurationMin(millis = 1)
    @DurationMax(days = 1)
    Duration delay();
  }

  /**
   * Whether the receiver is asked before anything is sent to it, as CloudEvents has it for webhooks
   * (abuse protection).
   */
  interface Handshake {

    /** The host name by which this sender is known. Without it, the receiver is not asked. */
    Optional<String> origin();

    /**
     * Requests a minute that are asked for; fewer are sent if it agrees to fewer. Without it, as
     * many as there are, or as it says. It is agreed to by each instance for itself.
     */
    OptionalInt rate();
  }

  /** What only sinks of the kind {@code elasticsearch} have. */
  interface Archive {

    /**
     * The nodes: {@code host:port}, or a URL of scheme, host and port. Several are used in turn,
     * and one that does not answer is left out for a while.
     */
    Optional<List<String>> hosts();

    /**
     * The name of the index or data stream. {@code {stream}} stands for the stream's name, and
     * {@code {yyyy}}, {@code {yyyy.MM}} or {@code {yyyy.MM.dd}} for the time in UTC. Without it
     * {@code penstock-{stream}-{yyyy.MM}}, of a data stream {@code penstock-{stream}}.
     */
    Optional<String> index();

    /**
     * What time {@code index} has. One that producers may choose lets them make as many indices as
     * they like.
     */
    @WithDefault("event")
    IndexTime indexTime();

    /**
     * Whether {@code index} is a data stream. A repeat that comes after a rollover is then a second
     * document.
     */
    @WithDefault("false")
    boolean dataStream();

    /** How the template maps {@code data}. */
    @WithDefault("object")
    DataMapping data();

    /**
     * Whether an index template, and with {@code delete-after} or a data stream a policy, named
     * {@code penstock-<sink>}, is put at start. Without it, what the cluster has by itself holds.
     */
    @WithDefault("false")
    boolean template();

    /**
     * How old an index becomes before the policy deletes it, counted from when it was made or, of a
     * data stream, rolled over. Without it nothing is deleted.
     */
    Optional<Duration> deleteAfter();

    /** How old the newest index of a data stream becomes before the policy rolls it over. */
    @WithDefault("30d")
    Duration rolloverAge();

    /** How large the newest index of a data stream becomes before the policy rolls it over. */
    @WithDefault("50G")
    MemorySize rolloverSize();

    /** Who writes, with {@code password}. */
    Optional<String> username();

    /** The password of {@code username}. */
    Optional<String> password();

    /** Instead of both a key, in base64, as Elasticsearch gives it out. */
    Optional<String> apiKey();

    /**
     * Bytes of one bulk request: what does not fit goes in another behind it, of each partition one
     * at a time. Bounds the memory of both sides. A single event may be larger.
     */
    @WithDefault("5M")
    MemorySize bulkSize();

    /**
     * Bytes of an answer that are read at most; a larger one is none. Each event takes about 30,
     * and one that is refused a few hundred.
     */
    @WithDefault("4M")
    MemorySize answerSize();
  }

  /** What time an index has in its name. */
  enum IndexTime {
    /** The event's own; of one that has none, when it was appended. */
    EVENT,
    /** When the event was appended. */
    LOG
  }

  /** How {@code data} is mapped. */
  enum DataMapping {
    /**
     * Each member as a field of its own, by its type; text is searched by its words. A member that
     * is of another type in another event makes that a dead letter.
     */
    OBJECT,
    /**
     * All members as words of one field ({@code flattened}, {@code flat_object}), found by whole
     * values: nothing conflicts, and there are never too many fields.
     */
    FLAT
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
