package penstock.security.token;

import io.smallrye.jwt.algorithm.SignatureAlgorithm;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The keys of the issuer as they are known: read anew from time to time, and when a token names one
 * that is not known. If they cannot be read, the old ones are good until their time is up; from
 * then on nothing is, until there are new ones. Any thread.
 */
final class SigningKeys {

  private static final Logger LOG = Logger.getLogger(SigningKeys.class);

  /**
   * What is known.
   *
   * @param read when, in nanoseconds
   */
  private record Known(KeySet keys, long read) {}

  private final Supplier<Future<String>> source;
  private final String place;
  private final Set<SignatureAlgorithm> algorithms;
  private final Duration refresh;
  private final Duration maxAge;
  private final Duration retry;
  private final LongSupplier nanos;
  private final Runnable onRemoval;

  private volatile @Nullable Known known;

  // guarded by this
  private @Nullable Future<KeySet> underWay;
  private boolean asked;
  private long lastAsked;
  private boolean failing;

  /**
   * @param source gets the text of the keys
   * @param place what that is called in the log
   * @param refresh how often they are read anew
   * @param maxAge how long they are good
   * @param retry how often they are asked for at most because of what a caller sends
   * @param nanos the time
   * @param onRemoval is run when a key is not among them any more
   */
  SigningKeys(
      Supplier<Future<String>> source,
      String place,
      Set<SignatureAlgorithm> algorithms,
      Duration refresh,
      Duration maxAge,
      Duration retry,
      LongSupplier nanos,
      Runnable onRemoval) {
    this.source = source;
    this.place = place;
    this.algorithms = algorithms;
    this.refresh = refresh;
    this.maxAge = maxAge;
    this.retry = retry;
    this.nanos = nanos;
    this.onRemoval = onRemoval;
  }

  /** The key that a token names. Fails with a problem: there is none, or that cannot be told. */
  Future<SigningKey> find(TokenHeader header) {
    SignatureAlgorithm algorithm =
        algorithms.stream()
            .filter(one -> one.getAlgorithm().equals(header.algorithm()))
            .findFirst()
            .orElse(null);
    if (algorithm == null) {
      return Future.failedFuture(
          Refusals.invalid("is signed by an algorithm that is not accepted here"));
    }
    Known now = current();
    SigningKey key = now == null ? null : now.keys().find(header.keyId(), algorithm);
    if (key != null) {
      return Future.succeededFuture(key);
    }
    if (!mayAsk()) {
      return Future.failedFuture(now == null || isFailing() ? unavailable() : unknown());
    }
    return read()
        .transform(
            read -> {
              SigningKey found =
                  read.succeeded() ? read.result().find(header.keyId(), algorithm) : null;
              if (found != null) {
                return Future.succeededFuture(found);
              }
              return Future.failedFuture(read.succeeded() ? unknown() : unavailable());
            });
  }

  private static RuntimeException unknown() {
    return Refusals.invalid("is not signed by a key of the issuer");
  }

  private static RuntimeException unavailable() {
    return Refusals.unavailable("The keys of the issuer cannot be had at present.");
  }

  /** What is known and good; null if there is nothing of the kind. */
  private @Nullable Known current() {
    Known now = known;
    return now != null && nanos.getAsLong() - now.read() < maxAge.toNanos() ? now : null;
  }

  private synchronized boolean mayAsk() {
    return underWay != null || !asked || nanos.getAsLong() - lastAsked >= retry.toNanos();
  }

  private synchronized boolean isFailing() {
    return failing;
  }

  /** To be called from time to time: reads them anew if it is time. */
  void refresh() {
    Known now = known;
    boolean due = now == null || nanos.getAsLong() - now.read() >= refresh.toNanos();
    if (due && mayAsk()) {
      // what comes of it is logged
      read();
    }
  }

  /** Once for all who ask at the same time. */
  private Future<KeySet> read() {
    Future<KeySet> reading;
    synchronized (this) {
      if (underWay != null) {
        return underWay;
      }
      asked = true;
      lastAsked = nanos.getAsLong();
      reading = source.get().map(text -> KeySet.parse(text, algorithms));
      underWay = reading;
    }
    // completed already, for keys that stand in the configuration, or later
    return reading.onComplete(done -> took(done.succeeded() ? done.result() : null, done.cause()));
  }

  private void took(@Nullable KeySet keys, @Nullable Throwable failure) {
    Known before = known;
    boolean first;
    synchronized (this) {
      underWay = null;
      first = failing == (keys != null);
      failing = keys == null;
    }
    if (keys == null) {
      if (first) {
        LOG.warnf(
            "keys unavailable: place=%s reason=%s; those known are good for %s after they were"
                + " read",
            place, failure == null ? "" : failure.getMessage(), maxAge);
      }
      return;
    }
    known = new Known(keys, nanos.getAsLong());
    if (before == null || first) {
      LOG.infof("keys read: place=%s keys=%d", place, keys.keys().size());
    }
    if (before != null && !before.keys().isWithin(keys)) {
      onRemoval.run();
    }
  }
}
