package penstock.security.session;

import java.time.Instant;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import penstock.security.identity.Caller;

/** What was taken back, as far as it is known here: to be asked for each request. Any thread. */
final class RevocationList {

  /** An instance's clock may be ahead of that by which an entry's end was reckoned. */
  private static final long SLACK_MILLIS = 60_000;

  /**
   * Tokens of a subject are no good.
   *
   * @param before those made in this second or before, in seconds since 1970
   * @param until when this may be forgotten, in milliseconds
   */
  private record NotBefore(long before, long until) {

    NotBefore and(NotBefore other) {
      return new NotBefore(Math.max(before, other.before), Math.max(until, other.until));
    }

    /** A token that does not say when it was made may be older. */
    boolean covers(@Nullable Instant issuedAt) {
      return issuedAt == null || issuedAt.getEpochSecond() <= before;
    }
  }

  private final ConcurrentMap<String, Long> tokens = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, Long> sessions = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, NotBefore> subjects = new ConcurrentHashMap<>();

  void addToken(String id, long until) {
    tokens.merge(id, until, Math::max);
  }

  void addSession(String digest, long until) {
    sessions.merge(digest, until, Math::max);
  }

  void addSubject(String subject, long before, long until) {
    subjects.merge(subject, new NotBefore(before, until), NotBefore::and);
  }

  boolean covers(Caller caller) {
    if (caller.session() != null && sessions.containsKey(caller.session())
        || caller.tokenId() != null && tokens.containsKey(caller.tokenId())) {
      return true;
    }
    NotBefore entry = subjects.get(caller.subject());
    return entry != null && entry.covers(caller.issuedAt());
  }

  /** Drops what need not be known any more. */
  void forget(long now) {
    long end = now - SLACK_MILLIS;
    tokens.values().removeIf(until -> until < end);
    sessions.values().removeIf(until -> until < end);
    subjects.values().removeIf(entry -> entry.until() < end);
  }

  int size() {
    return tokens.size() + sessions.size() + subjects.size();
  }
}
