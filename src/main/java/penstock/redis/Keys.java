package penstock.redis;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/** Names every key that Penstock uses. No key is ever found by a search. */
@Singleton
public final class Keys {

  private final String prefix;

  @Inject
  public Keys(PenstockRedisConfig config) {
    this(config.prefix());
  }

  public Keys(String prefix) {
    this.prefix = prefix;
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
    return prefix + ":instances";
  }

  /** Hash: instance to what it works, as {@code view:generation} between blanks. */
  public String works() {
    return prefix + ":instances:works";
  }

  /** Stream: control messages that instances read at once. */
  public String messages() {
    return prefix + ":instances:notices";
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
  }
}
