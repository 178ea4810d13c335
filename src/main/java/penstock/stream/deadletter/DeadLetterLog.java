package penstock.stream.deadletter;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.stream.Position;

/**
 * The dead letters of one partition, of whichever view or group, in the order in which they were
 * set aside. Futures fail as {@link RedisLink} says.
 */
public final class DeadLetterLog {

  /** Letters in one read where the reader does not say how many. */
  private static final int READ = 100;

  private final RedisLink link;
  private final Keys.OfPartition names;

  public DeadLetterLog(RedisLink link, Keys.OfPartition names) {
    this.link = link;
    this.names = names;
  }

  /** At most {@code count} letters after a place. */
  public Future<List<DeadLetter>> after(Position place, int count) {
    return link.send(Command.XRANGE, names.dead(), "(" + place, "+", "COUNT", count)
        .map(DeadLetterLog::letters);
  }

  /** Some letters in [from, to]. */
  public Future<List<DeadLetter>> range(Position from, Position to) {
    return link.send(Command.XRANGE, names.dead(), from, to, "COUNT", READ)
        .map(DeadLetterLog::letters);
  }

  private static List<DeadLetter> letters(Response entries) {
    return entries.stream().map(DeadLetter::of).toList();
  }

  /** The place of the last one; null if there is none. */
  public Future<@Nullable Position> last() {
    return link.send(Command.XREVRANGE, names.dead(), "+", "-", "COUNT", 1)
        .map(last -> last.size() == 0 ? null : Position.parse(last.get(0).get(0).toString()));
  }

  /** Why the last replay of each letter failed, in order; null for one that was not replayed. */
  Future<List<@Nullable String>> failedReplays(List<DeadLetter> letters) {
    if (letters.isEmpty()) {
      return Future.succeededFuture(List.of());
    }
    Request request = RedisLink.request(Command.HMGET, names.failedReplays());
    letters.forEach(letter -> request.arg(letter.id().toString()));
    return link.send(request)
        .map(
            replies -> {
              var failures = new ArrayList<@Nullable String>();
              replies.forEach(reply -> failures.add(reply == null ? null : reply.toString()));
              return failures;
            });
  }

  /** Deletes a dead letter. Only for who owns it; of a view that somebody works the holder does. */
  public Future<Void> delete(DeadLetter letter) {
    return link.send(Command.XDEL, names.dead(), letter.id())
        .compose(gone -> link.send(Command.HDEL, names.failedReplays(), letter.id()))
        .mapEmpty();
  }
}
