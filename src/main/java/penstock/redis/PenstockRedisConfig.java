package penstock.redis;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithParentName;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import java.util.Optional;

/**
 * How Penstock uses its Redis. Where it is, and how it is spoken to, is {@code quarkus.redis.*}.
 */
@ConfigMapping(prefix = "penstock.redis")
public interface PenstockRedisConfig {

  /** Begins the name of every key, so that several services can share one Redis. */
  @WithDefault("ps")
  @Pattern(regexp = "[a-zA-Z0-9][a-zA-Z0-9._-]{0,31}")
  String prefix();

  /**
   * How long an answer may take before its connection is given up. Longer than Redis takes for its
   * slowest script by far; shorter than a caller's patience.
   */
  @WithDefault("5s")
  Duration timeout();

  /** The longest pause between two attempts to connect; the first comes after a hundredth of it. */
  @WithDefault("2s")
  Duration reconnectBackoff();

  /**
   * Commands sent and not answered on one connection; more are refused at once. Bounds the memory
   * that a slow Redis can take.
   */
  @WithDefault("2048")
  @Min(64)
  int maxPending();

  /**
   * How often Redis is looked at: its role, its settings, its memory, whether it takes writes.
   * Bounds how late readiness notices.
   */
  @WithDefault("1s")
  Duration monitorInterval();

  /**
   * Where feeds, pages of events and views are read from if there are replicas ({@code
   * quarkus.redis.client-type}). What is read from a replica is seen when the replica has it.
   */
  @WithDefault("master")
  ReadFrom readFrom();

  /** Where is read from. */
  enum ReadFrom {
    /** The server that takes the writes. */
    MASTER,
    /** A replica that is not too far behind; the master while there is none. */
    REPLICA
  }

  /**
   * A replica whose data may be older than this is left for another, and for the master while there
   * is none. At least twice {@code penstock.redis.monitor-interval}, which is how often it is
   * looked at.
   */
  @WithDefault("10s")
  Duration replicaMaxLag();

  /** How the sentinels are logged in to. */
  Sentinel sentinel();

  /**
   * With {@code quarkus.redis.client-type=sentinel}: how the sentinels are logged in to. What
   * {@code quarkus.redis.*} says of users and passwords is for the servers that they watch.
   */
  interface Sentinel {

    /** The user of the sentinels' own; without it, the default one. */
    Optional<String> username();

    /** Its password; without it, none is given. */
    Optional<String> password();
  }

  /** The server that is started where none is configured. */
  Embedded embedded();

  /** The Redis server that is started beside the service where none is configured. */
  interface Embedded {

    /** When the embedded server is started. */
    enum Mode {
      /** If {@code quarkus.redis.hosts} is not set. */
      AUTO,
      /** Not at all: no hosts is an error at start. */
      NEVER
    }

    /** When it is started. */
    @WithParentName
    @WithDefault("auto")
    Mode mode();

    /** Holds its append-only file, and a lock while it is in use. Survives restarts. */
    @WithDefault(".penstock/redis")
    String directory();
  }
}
