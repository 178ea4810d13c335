package penstock.consumer.worker;

import java.util.List;
import org.jspecify.annotations.Nullable;
import penstock.stream.log.LogNews;
import penstock.stream.log.RawRecord;
import penstock.stream.tail.CarriedCommit;

/**
 * What becomes of a shard's events: the one seam where views, which fold, and sinks, which deliver,
 * differ. Belongs to whoever has its {@linkplain ShardTask task's turn}, and blocks but where it
 * says otherwise. Whatever fails is thrown; then it is {@linkplain #drop dropped} and begun anew
 * under another lease.
 */
public interface ShardPipeline {

  /**
   * What wakes the thread when something comes that the pipeline waits for. Called once, first.
   *
   * @param goOn the same, where {@link #advanceAtOnce} may do: may be called on any thread
   */
  default void wokenBy(Runnable nudge, Runnable goOn) {}

  /** Something was appended to the log. May be called on any thread. */
  default void appended() {}

  /** The same, and this is what was appended. May be called on any thread. */
  default void told(LogNews news) {
    appended();
  }

  /** Before each attempt to acquire the lease. */
  default void enter() throws InterruptedException {}

  /** Begins under a new lease: takes over what the holder before was given. */
  void begin(Lease lease) throws InterruptedException;

  /** Takes the next step. */
  StepResult advance(Lease lease) throws InterruptedException;

  /**
   * Takes the next step in the place of the thread, which rests: on an event loop, so only if that
   * takes neither waiting nor much time.
   *
   * @return whether nothing is left for the thread
   */
  default boolean advanceAtOnce(Lease lease) {
    return false;
  }

  /**
   * What is to be written with events that are about to be appended, if they are what comes next
   * and it takes neither waiting nor much time to know it. On any thread, while the task's rests.
   *
   * @param records whose positions are not known yet
   * @return null if nothing is to be written with them
   */
  default @Nullable CarriedCommit carry(Lease lease, List<RawRecord> records) {
    return null;
  }

  /** Nothing is read, under way or to be taken over. */
  boolean isQuiet();

  /**
   * Looks whether the log goes on although the group has nothing: then another consumer was given
   * what comes next.
   *
   * @return whether there is something to do after all
   */
  boolean recheck(Lease lease) throws InterruptedException;

  /** All that the log holds is done. */
  void caughtUp(Lease lease) throws InterruptedException;

  /**
   * Executes the first command to the holder, or a part of it.
   *
   * @return false if there was none
   */
  boolean executeNext(Lease lease) throws InterruptedException;

  /** Waits for what is under way, and throws what it fails with. */
  void settle() throws InterruptedException;

  /** Before the lease is given back: waits a while for what is under way, and notes what came. */
  default void finish(Lease lease) throws InterruptedException {
    settle();
  }

  /** Forgets all that was read ahead and what is under way. */
  void drop();

  /** What is in the way, though it works; empty if nothing is. May be called on any thread. */
  default String trouble() {
    return "";
  }

  /** The lease was given back in good order. */
  default void released() {}

  /** The task has ended for good. */
  default void close() {}
}
