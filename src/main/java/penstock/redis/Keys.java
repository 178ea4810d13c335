package penstock.redis;

import io.quarkus.redis.runtime.client.config.RedisConfig;
import io.vertx.redis.client.RedisClientType;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Optional;

/** Names every key that Penstock uses. No key is ever found by a search. */
@Singleton
public final class Keys {

  private final String prefix;
  private final String instances;

  @Inject
  Keys(PenstockRedisConfig config, RedisConfig clients) {
    this(
        config.prefix(),
        Optional.ofNullable(clients.clients().get(RedisConfig.DEFAULT_CLIENT_NAME))
            .map(client -> client.clientType() == RedisClientType.CLUSTER)
            .orElse(false));
  }

  /** Of a Redis that is no cluster. */
  public Keys(String prefix) {
    this(prefix, false);
  }

  /**
   * @param cluster what is known of instances gets a hash tag, since scripts need all of it; where
   *     it has none, a version of before there were clusters may work beside this one
   */
  public Keys(String prefix, boolean cluster) {
    this.prefix = prefix;
    this.instances = prefix + (cluster ? ":{instances}" : ":instances");
  }

  /**
   * A key that never exists, in the same cluster slot as another one: its name is the same up to
   * the hash tag, and the whole key becomes the tag of one that has none.
   */
  static String absent(String key) {
    int open = key.indexOf('{');
    int close = key.indexOf('}', open + 1);
    return open < 0 || close <= open + 1
        ? key.substring(0, key.indexOf(':') + 1) + "{" + key + "}:absent"
        : key.substring(0, close) + "}:absent";
  }

  /** Hash; field {@code format} is the version of the data format. */
  public String meta() {
    return prefix + ":meta";
  }

  /** Hash: stream to number of partitions. */
  public String streams() {
    return prefix + ":streams";
  }

  /**
   * Hash: view to served generation; {@code view:generation} to its description; what begins with
   * {@code #} is bookkeeping of these.
   */
  public String views() {
    return prefix + ":views";
  }

  /** Sorted set: instance by the time of its last heartbeat, in milliseconds. */
  public String instances() {
    return instances;
  }

  /** Hash: instance to what it works, as {@code view:generation} between blanks. */
  public String works() {
    return instances + ":works";
  }

  /** Stream: control messages that instances read at once. */
  public String messages() {
    return instances + ":notices";
  }

  /**
   * Sorted set: the next deadline of what waits for one, in milliseconds. The tag keeps it in one
   * cluster slot with {@link #claimedDeadlines}. Its name is also that of the channel on which an
   * earlier deadline is told.
   */
  public String deadlines() {
    return prefix + ":{due}:next";
  }

  /** Sorted set: what an instance is at now, by when it counts as free again. */
  public String claimedDeadlines() {
    return prefix + ":{due}:claimed";
  }

  /** What is known of callers; all in one cluster slot, by their hash tag. */
  public OfAuth auth() {
    return new OfAuth(prefix + ":{auth}:");
  }

  /**
   * @param base what all keys of callers begin with
   */
  public record OfAuth(String base) {

    /** A channel on which nothing is told: heard of, it shows that the connection is a new one. */
    public String link() {
      return base + "link";
    }

    /** String with expiry: a token, sealed, by the digest of the secret that opens it. */
    public String session(String digest) {
      return base + "session:" + digest;
    }

    /** Sorted set: the sessions of one caller, by when they end, in milliseconds. */
    public String sessionsOf(String owner) {
      return base + "sessions:" + owner;
    }

    /** String with expiry: how many sessions one caller began of late. */
    public String begunBy(String owner) {
      return base + "begun:" + owner;
    }

    /** Stream: sessions that ended of late. Its name is also that of the channel that tells so. */
    public String ended() {
      return base + "ended";
    }

    /** String with expiry: what a ticket is for, sealed. */
    public String ticket(String digest) {
      return base + "ticket:" + digest;
    }

    /** Sorted set: the tickets of one caller, by when they expire, in milliseconds. */
    public String ticketsOf(String owner) {
      return base + "tickets:" + owner;
    }

    /** Stream: tokens that were taken back. Its name is also that of the channel that tells so. */
    public String revoked() {
      return base + "revoked";
    }
  }

  /** Hash: what is left of the rate at which a tenant may append. */
  public String tenantRate(String tenant) {
    return prefix + ":tenants:" + tenant + ":rate";
  }

  /** The keys of a partition; all in one cluster slot, by their hash tag. */
  public OfPartition partition(String stream, int index) {
    return new OfPartition(prefix + ":{" + stream + "/" + index + "}:");
  }

  /**
   * @param base what all keys of the partition begin with
   */
  public record OfPartition(String base) {

    /** Stream: the log. */
    public String events() {
      return base + "events";
    }

    /** Channel: what is appended to the log, for those who follow it. */
    public String told() {
      return events() + ":told";
    }

    /**
     * Hash: {@code life}, {@code terms}, {@code appended}, {@code trimmed} and what else is known
     * of the log.
     */
    public String log() {
      return base + "log";
    }

    /** Begins the name of each slice of the dedup window: hash, digest to position. */
    public String seen() {
      return base + "seen:";
    }

    /** Stream: dead letters. */
    public String dead() {
      return base + "dead";
    }

    /** Hash: dead letter to why its last replay failed. */
    public String failedReplays() {
      return base + "dead:failed";
    }

    /** Sorted set: {@code room/member} by deadline, in milliseconds. */
    public String presence() {
      return base + "due:presence";
    }

    /** Begins the name of each room's members: hash. */
    public String presenceMembers() {
      return base + "due:presence:members:";
    }

    /** Begins the name of each room's index: sorted set by name, of those present. */
    public String presenceNames() {
      return base + "due:presence:names:";
    }

    /** Sorted set: events that are to enter the log, by when. */
    public String due() {
      return base + "due";
    }

    /** Hash: the events themselves, packed. */
    public String dueEvents() {
      return base + "due:events";
    }

    /** Hash: digest of each of them to its name in the sorted set. */
    public String dueDigests() {
      return base + "due:digests";
    }

    /** Set: the names of the pull groups. */
    public String groups() {
      return base + "groups";
    }

    public OfGroup group(String group) {
      return new OfGroup(base + "group:" + group);
    }

    public OfSink sink(String sink) {
      return new OfSink(base + "sink:" + sink);
    }

    public OfView view(String view, String generation) {
      return new OfView(base + "view:" + view + ":" + generation);
    }
  }

  /**
   * The keys of one pull group on one partition.
   *
   * @param state hash: its settings, where it is, what was counted; also the channel of its notices
   */
  public record OfGroup(String state) {

    /** Sorted set: deliveries by when their events may be delivered again. */
    public String leases() {
      return state + ":leases";
    }

    /** Sorted set by name: events of an ordered group that wait for another of their key. */
    public String parked() {
      return state + ":parked";
    }

    /** Hash: key to the event that is in flight. */
    public String busy() {
      return state + ":busy";
    }

    /** Hash: event in flight to its key. */
    public String flight() {
      return state + ":flight";
    }
  }

  /** The keys of what works through one partition for itself: a view's generation, or a sink. */
  public sealed interface OfShard {

    /** Hash: how far it is, {@code fence} and what else is known of it. */
    String state();

    /** The field of it that says up to which position the log is done. */
    String progress();

    /** String with expiry: who works it now. */
    default String lease() {
      return state() + ":lease";
    }

    /** List: what the lease's holder is asked to do. */
    default String requests() {
      return state() + ":requests";
    }
  }

  /**
   * The keys of one sink on one partition.
   *
   * @param state hash: {@code delivered}, {@code fence} and what else is known of it
   */
  public record OfSink(String state) implements OfShard {

    @Override
    public String progress() {
      return "delivered";
    }

    /** Hash: position of an event that is not done, though later ones are, to its attempts. */
    public String open() {
      return state + ":open";
    }
  }

  /**
   * The keys of one generation of a view on one partition.
   *
   * @param state hash: {@code applied}, {@code fence} and what else is known of the generation; its
   *     name begins those of the other keys
   */
  public record OfView(String state) implements OfShard {

    @Override
    public String progress() {
      return "applied";
    }

    /** Begins the name of each entry: hash. */
    public String entries() {
      return state + ":e:";
    }

    /** Sorted set by name: the keys of the entries. */
    public String index() {
      return state + ":keys";
    }

    /** Stream: one element a commit, the keys that it changed. */
    public String changes() {
      return state + ":changes";
    }

    /** Channel: what was changed and what it is now, for those who follow the changes. */
    public String told() {
      return changes() + ":told";
    }
  }
}
