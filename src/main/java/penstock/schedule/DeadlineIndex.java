package penstock.schedule;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.RedisNumber;
import penstock.redis.Script;

/** The next deadlines of all partitions, in Redis. */
final class DeadlineIndex {

  /**
   * How long an instance that died with a claim delays what is due. One that takes longer for a
   * step of its task has it done by two, which does no harm.
   */
  private static final Duration CLAIM = Duration.ofMillis(100);

  private static final Script HINT = Script.named("hint");
  private static final Script CLAIMS = Script.named("claim");

  private final Keys keys;

  DeadlineIndex(Keys keys) {
    this.keys = keys;
  }

  /** Something that is due, and this instance is at. */
  record Claim(String name, String end) {}

  /**
   * A claim that is over.
   *
   * @param next its next deadline in milliseconds; a plus sign before means from now; empty if
   *     there is none
   */
  record ClaimResult(Claim claim, String next) {}

  /**
   * What the index says.
   *
   * @param millisToNext until the next deadline, or until a claim ends; negative if there is none
   * @param overdueMillis since the first deadline passed that nobody was at
   */
  record ClaimReply(long millisToNext, long overdueMillis, List<Claim> claims) {

    static ClaimReply of(Response reply) {
      var claims = new ArrayList<Claim>();
      for (int i = 2; i + 1 < reply.size(); i += 2) {
        claims.add(new Claim(reply.get(i).toString(), reply.get(i + 1).toString()));
      }
      return new ClaimReply(
          RedisNumber.longOf(reply.get(0)), RedisNumber.longOf(reply.get(1)), claims);
    }
  }

  /** The name of the index, and of the channel on which it tells of earlier deadlines. */
  String channel() {
    return keys.deadlines();
  }

  Future<Void> hint(String name, long deadline, RedisLink over) {
    return HINT.run(over, HINT.call(keys.deadlines()).arg(name).arg(deadline)).mapEmpty();
  }

  /** Forgets that something has a deadline, and who is at it. */
  Future<Void> remove(String name, RedisLink over) {
    return over.send(Command.ZREM, keys.deadlines(), name)
        .compose(done -> over.send(Command.ZREM, keys.claimedDeadlines(), name))
        .mapEmpty();
  }

  /**
   * Ends claims, and takes new ones.
   *
   * @param kinds that may be claimed, between blanks
   */
  Future<ClaimReply> claim(List<ClaimResult> done, int most, String kinds, RedisLink over) {
    Request call =
        CLAIMS
            .call(keys.deadlines(), keys.claimedDeadlines())
            .arg(CLAIM.toMillis())
            .arg(most)
            .arg(kinds);
    for (ClaimResult result : done) {
      call.arg(result.claim().name()).arg(result.claim().end()).arg(result.next());
    }
    return CLAIMS.run(over, call).map(ClaimReply::of);
  }
}
