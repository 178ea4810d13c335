package penstock.stream.deadletter;

import io.vertx.core.Future;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.stream.registry.Stream;

/**
 * Reads the dead letters of streams, and has their owners replay or delete them. Its futures
 * complete on the caller's context; they fail with problems, or as {@link RedisLink} says.
 */
@ApplicationScoped
public class DeadLetters {

  private final RedisLink link;
  private final Keys keys;
  private final Instance<DeadLetterOwner> owners;

  @Inject
  DeadLetters(RedisLinks links, Keys keys, @Any Instance<DeadLetterOwner> owners) {
    this.link = links.open("dead-letters");
    this.keys = keys;
    this.owners = owners;
  }

  /** Letters after one of them, partition by partition. */
  public Future<DeadLetterPage> page(
      Stream stream, Predicate<DeadLetter> wanted, DeadLetterId after, int limit) {
    if (after.partition() >= stream.partitions().size()) {
      return Future.failedFuture(
          ProblemException.ofParameter("after", "names a partition that the stream does not have"));
    }
    return new DeadLetterPageReader(stream, partition -> log(stream, partition), wanted, limit)
        .read(after);
  }

  /** Has a letter dealt with again; one that is not visible is as good as none. */
  public Future<Void> replay(Stream stream, DeadLetterId id, Predicate<DeadLetter> visible) {
    return withOwner(stream, id, visible, (owner, letter) -> owner.replay(stream, id, letter));
  }

  /** Has all letters of a consumer dealt with again. */
  public Future<Void> replayAll(Stream stream, DeadLetter.Owner kind, String consumer) {
    return owner(kind).replayAll(stream, consumer);
  }

  /** Lets a letter go; one that is not visible is as good as none. */
  public Future<Void> delete(Stream stream, DeadLetterId id, Predicate<DeadLetter> visible) {
    return withOwner(stream, id, visible, (owner, letter) -> owner.delete(stream, id, letter));
  }

  private Future<Void> withOwner(
      Stream stream,
      DeadLetterId id,
      Predicate<DeadLetter> visible,
      BiFunction<DeadLetterOwner, DeadLetter, Future<Void>> what) {
    if (id.partition() >= stream.partitions().size()) {
      return Future.failedFuture(unknown(id));
    }
    return log(stream, id.partition())
        .range(id.place(), id.place())
        .compose(
            found ->
                found.isEmpty() || !visible.test(found.getFirst())
                    ? Future.failedFuture(unknown(id))
                    : what.apply(owner(found.getFirst().owner()), found.getFirst()));
  }

  private DeadLetterOwner owner(DeadLetter.Owner kind) {
    return owners.stream().filter(one -> one.kind() == kind).findFirst().orElseThrow();
  }

  private DeadLetterLog log(Stream stream, int partition) {
    return new DeadLetterLog(link, keys.partition(stream.name().value(), partition));
  }

  private static ProblemException unknown(DeadLetterId id) {
    return ProblemException.of(
        ProblemType.UNKNOWN_DEAD_LETTER,
        "There is no dead letter '" + id + "'. It may have been replayed or deleted.");
  }
}
