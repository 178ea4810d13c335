package penstock.tenant;

import io.vertx.core.Future;

/** A bucket as it is meant, in so many words: what {@code take-tokens.lua} is held against. */
final class ReferenceBucket {

  private final double rate;
  private final double size;
  private double tokens;

  ReferenceBucket(double rate, double size) {
    this.rate = rate;
    this.size = size;
    this.tokens = size;
  }

  void pass(double seconds) {
    tokens = Math.min(size, tokens + rate * seconds);
  }

  double tokens() {
    return tokens;
  }

  /** How many were taken; 0 for a refusal. */
  long take(long needed, long wanted) {
    if (tokens < 1) {
      return 0;
    }
    long taken = Math.max(needed, Math.min(wanted, (long) Math.floor(tokens)));
    tokens -= taken;
    return taken;
  }

  /** Of events, as a quota asks for them. */
  Future<TokenBucket.TakeResult> ask(TokenBucket.Tokens needed, TokenBucket.Tokens wanted) {
    long taken = take(needed.events(), wanted.events());
    return Future.succeededFuture(
        new TokenBucket.TakeResult(
            new TokenBucket.Tokens(taken, 0),
            taken > 0 ? 0 : (long) Math.ceil((1 - tokens) / rate * 1e9)));
  }
}
