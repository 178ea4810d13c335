package penstock.presence;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import penstock.member.Member;

/**
 * A member that connections of this instance speak for: which, and when its next heartbeat is due.
 * When the last has ended there is one more heartbeat, so that the whole time to live runs from
 * then. Belongs to its keeper's event loop.
 */
final class ConnectedMember {

  /** Heartbeats within a time to live: two may be late or lost. */
  private static final int HEARTBEATS = 3;

  private final Member member;
  private final List<Duration> standing = new ArrayList<>();
  private Duration ttl;
  private boolean asked;
  private boolean sent;
  private boolean sentAsked;
  private long due;

  ConnectedMember(Member member, Duration ttl, long now) {
    this.member = member;
    this.ttl = ttl;
    this.due = now;
  }

  Member member() {
    return member;
  }

  /** One more connection speaks for it. */
  void begin(Duration with, long now) {
    standing.add(with);
    longest();
    asked = true;
    due = now;
  }

  void end(Duration with, long now) {
    standing.remove(with);
    longest();
    due = now;
  }

  /** Of several that speak for it the longest time counts; of the last one its own. */
  private void longest() {
    standing.stream().max(Duration::compareTo).ifPresent(most -> ttl = most);
  }

  boolean isDue(long now) {
    return !sent && now - due >= 0;
  }

  /** The heartbeat that is due. Until {@link #answered} there is no other. */
  Heartbeat beat(long now) {
    sent = true;
    sentAsked = asked;
    asked = false;
    due = now + interval();
    return Heartbeat.of(member, ttl, sentAsked);
  }

  private long interval() {
    return ttl.toNanos() / HEARTBEATS;
  }

  /**
   * The heartbeat was answered.
   *
   * @param in whether the member is in its room, or left it since; else the next heartbeat asks
   *     again
   * @return whether nothing is left to be said of it
   */
  boolean answered(boolean in, long now) {
    sent = false;
    asked |= sentAsked && !in;
    return standing.isEmpty() && due - now > 0;
  }

  /**
   * Nobody knows what became of the heartbeat.
   *
   * @param retry nanoseconds after which it is sent again, unless another is due before
   * @return whether nothing is left to be said of it
   */
  boolean failed(long now, long retry) {
    due = Math.min(due, now + retry);
    return answered(false, now);
  }
}
