package penstock.group;

import penstock.redis.Keys;
import penstock.stream.Partition;

/**
 * What a {@link PullQueue} knows of one partition: whether it may have something for a consumer.
 * Belongs to the queue's event loop.
 */
final class PullPartition {

  private final Partition partition;
  private final Keys.OfPartition keys;

  /** Grows with each reason to ask it. */
  private long wanted = 1;

  /** Up to which of these it has been asked, and had nothing. */
  private long asked;

  /** When something may be delivered again, by {@link System#nanoTime}; meaningless if none is. */
  private long dueNanos;

  private boolean hasDue;

  /** Where the next step of looking its pending list over goes on. */
  private String tidied = "0-0";

  PullPartition(Partition partition, Keys.OfPartition keys) {
    this.partition = partition;
    this.keys = keys;
  }

  Partition partition() {
    return partition;
  }

  Keys.OfPartition keys() {
    return keys;
  }

  /** It may have something from now on. */
  void wake() {
    wanted++;
  }

  boolean mayHave() {
    return asked < wanted;
  }

  /** To be handed to {@link #hadNothing} with what comes of a question that is asked now. */
  long now() {
    return wanted;
  }

  /** It had no more when it was asked. */
  void hadNothing(long when) {
    asked = Math.max(asked, when);
  }

  /**
   * @param millis until something may be delivered again; -1 if nothing is out
   */
  void due(long millis) {
    hasDue = millis >= 0;
    dueNanos = System.nanoTime() + millis * 1_000_000;
  }

  /** Wakes it if something may be delivered again. */
  void wakeIfDue() {
    if (hasDue && System.nanoTime() - dueNanos >= 0) {
      wake();
    }
  }

  /** Milliseconds until then, at most the given ones. */
  long untilDue(long most) {
    return hasDue ? Math.clamp((dueNanos - System.nanoTime()) / 1_000_000 + 1, 1, most) : most;
  }

  String tidied() {
    return tidied;
  }

  void tidied(String upto) {
    tidied = upto;
  }
}
