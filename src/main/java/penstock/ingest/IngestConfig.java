package penstock.ingest;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import penstock.event.LenientAttribute;

/** Limits of what comes in. */
@ConfigMapping(prefix = "penstock.ingest")
interface IngestConfig {

  /**
   * One event. A script holds up to 512 KiB of them, so that no append keeps Redis from others for
   * long.
   */
  @WithDefault("256K")
  MemorySize maxEventSize();

  /** One request. It is held in memory until its last event is in the log. */
  @WithDefault("8M")
  MemorySize maxBodySize();

  /** Events in one batch. */
  @WithDefault("1000")
  @Min(1)
  @Max(100_000)
  int maxBatch();

  /**
   * All request bodies that are being received or wait to be appended; more are refused with 429.
   */
  @WithDefault("128M")
  MemorySize maxBuffered();

  /**
   * Events that wait for one partition, in bytes; more are refused with 429, so that no stream
   * starves another.
   */
  @WithDefault("16M")
  MemorySize maxQueued();

  /** How long a request may take to arrive. A client that sends slower holds memory for nothing. */
  @WithDefault("30s")
  Duration bodyTimeout();

  /**
   * Whether the W3C trace context of a request ({@code traceparent}, {@code tracestate}) is kept
   * with each of its events that has none of its own. It is where requests are traced, whatever is
   * said here.
   */
  @WithDefault("false")
  boolean keepTraceContext();

  /**
   * Attributes that are taken although their value breaks the rule of CloudEvents, as some senders
   * get them wrong: {@code dataschema} (no absolute URI, or empty) and {@code source} (no URI
   * reference). Readers that are strict may refuse such events. None if not set.
   */
  Optional<Set<LenientAttribute>> lenient();

  /**
   * Who may deliver by CloudEvents' webhooks: the names that senders ask with ({@code
   * WebHook-Request-Origin}), such as {@code eventgrid.azure.net}, or {@code *} for all. It decides
   * on the handshake only, which some senders insist on. None if not set.
   */
  Optional<Set<String>> webhookOrigins();
}
