package penstock.stream.deadletter;

import io.vertx.core.Future;
import penstock.redis.RedisLink;
import penstock.stream.registry.Stream;

/**
 * Who sets events of a stream aside, and knows what their replay means. There is one for each kind
 * of consumer. Futures complete on the caller's context; they fail with problems, or as {@link
 * RedisLink} says.
 */
public interface DeadLetterOwner {

  /** The kind of consumer whose letters are its own. */
  DeadLetter.Owner kind();

  /** Has a letter of its own dealt with again, soon. */
  Future<Void> replay(Stream stream, DeadLetterId id, DeadLetter letter);

  /** Has all letters of a consumer dealt with again that there are now. */
  Future<Void> replayAll(Stream stream, String consumer);

  /** Lets a letter of its own go. */
  Future<Void> delete(Stream stream, DeadLetterId id, DeadLetter letter);
}
