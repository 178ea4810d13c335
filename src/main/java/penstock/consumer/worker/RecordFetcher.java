package penstock.consumer.worker;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import penstock.consumer.BlockingCall;
import penstock.consumer.Shard;
import penstock.stream.Position;
import penstock.stream.log.LogNews;
import penstock.stream.log.RawRecord;

/**
 * Reads the log of one shard ahead of the work, without a gap. At a takeover it reads all that the
 * group was ever given by position, whoever was given it; only then it asks the group for what is
 * new. What is told behind all that was read is taken as it is told: then nothing is asked until
 * something comes that does not follow. Belongs to whoever has its task's turn.
 */
public final class RecordFetcher {

  private static final Logger LOG = Logger.getLogger(RecordFetcher.class);

  private final Shard shard;
  private final ConsumerGroup group;

  /** The last position read. */
  private Position read = Position.ZERO;

  /** Up to where the group was given entries before the lease was acquired. */
  private Position takeoverEnd = Position.ZERO;

  private boolean takingOver;

  private final ToldRecordQueue told = new ToldRecordQueue();

  /** What was taken last was told: the group was not given it, but is moved behind it. */
  private boolean hasTakenTold;

  private @Nullable Future<List<RawRecord>> ahead;

  public RecordFetcher(Shard shard, ConsumerGroup group) {
    this.shard = shard;
    this.group = group;
  }

  /**
   * Begins under a new lease.
   *
   * @param applied reads what lies behind it
   * @param delivered up to where the group was given entries
   */
  public void begin(Position applied, Position delivered) {
    read = applied;
    takeoverEnd = delivered;
    takingOver = delivered.isAfter(applied);
  }

  /** Something was appended of which is not told what it is. May be called on any thread. */
  public void appended() {
    told.miss();
  }

  /** This was appended. May be called on any thread. */
  public void told(LogNews news) {
    told.add(news);
  }

  /** Whether the group has to be asked for what comes next, or is being asked. */
  public boolean mustAsk() {
    return !hasTakenTold || told.hasMissed();
  }

  /**
   * Whether what was taken last was told: the group was not given it, and has it behind it once it
   * is done.
   */
  public boolean hasTakenTold() {
    return hasTakenTold;
  }

  /** Whether entries are read that others may have been given. */
  public boolean isTakingOver() {
    return takingOver;
  }

  /**
   * All that was ever handed out is applied; from now on the group is asked.
   *
   * @param applied not before the last position read
   */
  public void endTakeover(Position applied) {
    takingOver = false;
    read = applied.isAfter(takeoverEnd) ? applied : takeoverEnd;
  }

  /** Whether a read is under way. */
  public boolean isReading() {
    return ahead != null;
  }

  /** Sends a read if none is under way, and there may be something that is not told. */
  public void prefetch() {
    if (ahead == null && !hasTakenTold) {
      ahead = send();
    }
  }

  private Future<List<RawRecord>> send() {
    told.begin();
    return takingOver ? group.readRange(read, takeoverEnd) : group.readNew();
  }

  /** Something was told that was not taken. Any thread. */
  public boolean hasTold() {
    return told.hasSome();
  }

  /** Whether all that is known of the log was told, and taken: then what is appended comes next. */
  public boolean hasTakenAllTold() {
    return !mustAsk() && !told.hasSome() && ahead == null && !takingOver;
  }

  /**
   * What was told and follows what was taken, oldest first; empty if there is nothing like that.
   *
   * @param done up to where all was done: by the append itself it may be more than was taken
   */
  public List<RawRecord> takeTold(Position done) {
    if (ahead != null || takingOver) {
      return List.of();
    }
    read = done.isAfter(read) ? done : read;
    List<RawRecord> next = told.take(read);
    if (!next.isEmpty()) {
      hasTakenTold = true;
      read = next.getLast().position();
    }
    return next;
  }

  /**
   * Waits for the read under way, or for one that is sent now. Entries that were read before are
   * acknowledged and left out.
   *
   * @return oldest first; empty if there was nothing
   */
  public List<RawRecord> take() throws InterruptedException {
    hasTakenTold = false;
    List<RawRecord> entries = BlockingCall.of(ahead == null ? send() : ahead);
    ahead = null;
    var fresh = new ArrayList<RawRecord>(entries.size());
    var again = new ArrayList<RawRecord>();
    for (RawRecord entry : entries) {
      if (entry.position().isAfter(read)) {
        fresh.add(entry);
        read = entry.position();
      } else {
        again.add(entry);
      }
    }
    if (!again.isEmpty()) {
      LOG.warnf("the group was set back: %s entries=%d", shard, again.size());
      BlockingCall.of(group.acknowledge(again));
    }
    return fresh;
  }

  /** Forgets the read under way: what it brings is read anew by whoever takes over. */
  public void drop() {
    ahead = null;
    hasTakenTold = false;
    told.miss();
  }
}
