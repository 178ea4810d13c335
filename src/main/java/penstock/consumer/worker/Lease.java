package penstock.consumer.worker;

import org.jspecify.annotations.Nullable;
import penstock.stream.Position;

/**
 * The right of this instance to work a shard, until another one takes it. Whether it still has that
 * right is decided by the fence alone: every write shows it, and Redis refuses one that is not the
 * last that was given out.
 *
 * <p>Example: instance A acquires the lease and with it the fence {@code 7:ab12:m1}, that is number
 * 7, the random token ab12, and the replication id of the Redis master. A is stopped for a minute,
 * its lease expires, and B acquires the lease with the fence {@code 8:cd34:m1}. A goes on, still
 * believes in its lease and commits: refused as {@code FENCED}, nothing is written, and A stands
 * by. Then the master is replaced by a replica with the replication id m2. Now B is refused too,
 * since what it read may not be in the log of the new master; it acquires anew and reads anew.
 *
 * @param fence number, random token and replication id, with a colon between them
 * @param life of the log
 * @param applied the position up to which the view has applied the log
 * @param delivered the position up to which the group has handed out the log; not before {@code
 *     applied}
 * @param stale entries of an earlier life must be cleared before anything else
 * @param died the holder before did not give the lease back
 * @param lone the event that was being folded alone and is not applied; null if there is none
 */
public record Lease(
    String fence,
    String life,
    Position applied,
    Position delivered,
    boolean stale,
    boolean died,
    @Nullable Position lone) {

  /** The number within the fence. */
  public long number() {
    return Long.parseLong(fence.substring(0, fence.indexOf(':')));
  }
}
