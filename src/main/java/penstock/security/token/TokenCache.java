package penstock.security.token;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import penstock.security.identity.Caller;

/**
 * Tokens that were good, by their digest, until they expire. Bounded: when half of what it may have
 * is new, what was not asked for meanwhile is forgotten. Any thread.
 */
final class TokenCache {

  private record Remembered(Caller caller, Instant until) {}

  private final int half;
  private final Duration longest;
  private final InstantSource clock;
  private final AtomicInteger epoch = new AtomicInteger();

  private volatile ConcurrentMap<String, Remembered> young = new ConcurrentHashMap<>();
  private volatile ConcurrentMap<String, Remembered> old = new ConcurrentHashMap<>();

  /**
   * @param most tokens at a time
   * @param longest how long one is remembered at most
   */
  TokenCache(int most, Duration longest, InstantSource clock) {
    this.half = Math.max(1, most / 2);
    this.longest = longest;
    this.clock = clock;
  }

  /** Whose token it is; null if that is not known, or not any more. */
  @Nullable Caller get(String digest) {
    Remembered found = young.get(digest);
    if (found == null) {
      found = old.remove(digest);
      if (found != null) {
        put(digest, found);
      }
    }
    if (found == null) {
      return null;
    }
    if (!clock.instant().isBefore(found.until())) {
      young.remove(digest);
      return null;
    }
    return found.caller();
  }

  /**
   * Changes whenever all is forgotten; to be read before a token is verified, so that what was
   * verified by older keys is not remembered.
   */
  int epoch() {
    return epoch.get();
  }

  void put(String digest, Caller caller, int verifiedIn) {
    if (verifiedIn != epoch.get()) {
      return;
    }
    Instant longestUntil = clock.instant().plus(longest);
    Instant until = caller.expires().isBefore(longestUntil) ? caller.expires() : longestUntil;
    put(digest, new Remembered(caller, until));
  }

  private void put(String digest, Remembered remembered) {
    if (young.size() >= half) {
      turn();
    }
    young.put(digest, remembered);
  }

  private synchronized void turn() {
    if (young.size() >= half) {
      old = young;
      young = new ConcurrentHashMap<>();
    }
  }

  /** Forgets all: what they were good by has changed. */
  synchronized void clear() {
    epoch.incrementAndGet();
    old = new ConcurrentHashMap<>();
    young = new ConcurrentHashMap<>();
  }

  int size() {
    return young.size() + old.size();
  }
}
