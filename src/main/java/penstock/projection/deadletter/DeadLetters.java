package penstock.projection.deadletter;

import io.quarkus.runtime.Startup;
import io.vertx.core.Future;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Optional;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.projection.membership.Membership;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.stream.Partition;
import penstock.stream.Position;
import penstock.stream.registry.Stream;
import penstock.view.Generation;
import penstock.view.GenerationRegistry;
import penstock.view.ViewDefinition;
import penstock.view.ViewName;
import penstock.view.Views;

/**
 * Reads dead letters, and sends commands to the holders of leases to replay or delete them: only a
 * holder writes a view. Its futures complete on the caller's context and fail with problems.
 */
@Startup
@ApplicationScoped
public class DeadLetters {

  private final RedisLink link;
  private final Keys keys;
  private final Views views;
  private final GenerationRegistry generations;
  private final Membership membership;

  @Inject
  DeadLetters(
      RedisLinks links,
      Keys keys,
      Views views,
      GenerationRegistry generations,
      Membership membership) {
    this.link = links.open("dead-letters");
    this.keys = keys;
    this.views = views;
    this.generations = generations;
    this.membership = membership;
  }

  /** Letters after one of them, partition by partition. */
  public Future<DeadLetterPage> page(
      Stream stream, Optional<ViewName> view, DeadLetterId after, int limit) {
    if (after.partition() >= stream.partitions().size()) {
      return Future.failedFuture(
          ProblemException.ofParameter("after", "names a partition that the stream does not have"));
    }
    return new DeadLetterPageReader(stream, partition -> log(stream, partition), view, limit)
        .read(after);
  }

  /** Sends the command to replay a letter. */
  public Future<Void> replay(Stream stream, DeadLetterId id) {
    return find(stream, id)
        .compose(
            letter ->
                queue(stream, letter, id.partition())
                    .compose(
                        queue ->
                            queue.isEmpty()
                                ? Future.failedFuture(outdated(letter))
                                : queue.get().add(new DeadLetterCommand.Replay(letter.id()))));
  }

  /**
   * Sends the command to replay all letters that there are of a view, and that its present
   * generations set aside.
   */
  public Future<Void> replayAll(Stream stream, ViewName view) {
    ViewDefinition definition = views.find(view);
    return generations
        .registry()
        .compose(
            registry -> {
              var sent = new ArrayList<Future<Void>>();
              for (Generation generation : registry.wanted(definition)) {
                for (Partition partition : generation.partitions()) {
                  if (partition.stream().equals(stream.name())) {
                    sent.add(replayAll(view, generation, stream, partition.index()));
                  }
                }
              }
              return Future.all(sent).mapEmpty();
            });
  }

  private Future<Void> replayAll(
      ViewName view, Generation generation, Stream stream, int partition) {
    return log(stream, partition)
        .last()
        .compose(
            last ->
                last == null
                    ? Future.succeededFuture()
                    : queue(view, generation, partition)
                        .add(new DeadLetterCommand.ReplayAll(Position.ZERO, last)));
  }

  /**
   * Sends the command to delete a letter; deletes it at once if no instance works what it was set
   * aside by.
   */
  public Future<Void> delete(Stream stream, DeadLetterId id) {
    return find(stream, id)
        .compose(
            letter ->
                queue(stream, letter, id.partition())
                    .compose(
                        queue ->
                            queue.isPresent()
                                ? queue.get().add(new DeadLetterCommand.Delete(letter.id()))
                                : log(stream, id.partition()).delete(letter)));
  }

  private Future<DeadLetter> find(Stream stream, DeadLetterId id) {
    if (id.partition() >= stream.partitions().size()) {
      return Future.failedFuture(unknown(id));
    }
    return log(stream, id.partition())
        .range(id.place(), id.place())
        .compose(
            found ->
                found.isEmpty()
                    ? Future.failedFuture(unknown(id))
                    : Future.succeededFuture(found.getFirst()));
  }

  /** Of the holder that can do it; empty if what set the letter aside is not worked. */
  private Future<Optional<DeadLetterCommandQueue>> queue(
      Stream stream, DeadLetter letter, int partition) {
    return generations
        .registry()
        .map(
            registry ->
                views.all().stream()
                    .filter(view -> view.name().value().equals(letter.view()))
                    .filter(view -> view.stream().equals(stream.name()))
                    .flatMap(
                        view ->
                            registry.wanted(view).stream()
                                .filter(one -> one.id().equals(letter.generation()))
                                .map(one -> queue(view.name(), one, partition)))
                    .findFirst());
  }

  private DeadLetterCommandQueue queue(ViewName view, Generation generation, int partition) {
    return new DeadLetterCommandQueue(
        link, membership, generations.keys(view, generation, partition));
  }

  private DeadLetterLog log(Stream stream, int partition) {
    return new DeadLetterLog(link, keys.partition(stream.name().value(), partition));
  }

  private static ProblemException unknown(DeadLetterId id) {
    return ProblemException.of(
        ProblemType.UNKNOWN_DEAD_LETTER,
        "There is no dead letter '" + id + "'. It may have been replayed or deleted.");
  }

  private static ProblemException outdated(DeadLetter letter) {
    return ProblemException.of(
        ProblemType.DEAD_LETTER_OUTDATED,
        "The letter was set aside by generation '"
            + letter.generation()
            + "' of the view '"
            + letter.view()
            + "', which is not worked any more; a later one has met the event itself. It can only be deleted.");
  }
}
