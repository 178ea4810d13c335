package penstock.presence;

import java.time.Duration;
import penstock.member.Member;

/**
 * Word of a member.
 *
 * @param ttl how long it is good for
 * @param metadata JSON without white space; empty for what it was
 * @param asked whether a request or a new connection says so; else a connection still speaks for
 *     the member, which does not bring back one that left
 */
record Heartbeat(Member member, Duration ttl, byte[] metadata, boolean asked) {

  private static final byte[] UNCHANGED = {};

  /** Without a word about the metadata. */
  static Heartbeat of(Member member, Duration ttl, boolean asked) {
    return new Heartbeat(member, ttl, UNCHANGED, asked);
  }
}
