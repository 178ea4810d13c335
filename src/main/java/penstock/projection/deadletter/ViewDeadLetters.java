package penstock.projection.deadletter;

import io.vertx.core.Future;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Optional;
import penstock.consumer.command.DeadLetterCommand;
import penstock.consumer.command.DeadLetterCommandQueue;
import penstock.consumer.membership.Membership;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.stream.Partition;
import penstock.stream.Position;
import penstock.stream.deadletter.DeadLetter;
import penstock.stream.deadletter.DeadLetterId;
import penstock.stream.deadletter.DeadLetterLog;
import penstock.stream.deadletter.DeadLetterOwner;
import penstock.stream.registry.Stream;
import penstock.view.Generation;
import penstock.view.GenerationRegistry;
import penstock.view.ViewDefinition;
import penstock.view.ViewName;
import penstock.view.Views;

/**
 * Sends commands to the holders of leases to replay or delete the letters of views: only a holder
 * writes a view.
 */
@ApplicationScoped
class ViewDeadLetters implements DeadLetterOwner {

  private final RedisLink link;
  private final Keys keys;
  private final Views views;
  private final GenerationRegistry generations;
  private final Membership membership;

  @Inject
  ViewDeadLetters(
      RedisLinks links,
      Keys keys,
      Views views,
      GenerationRegistry generations,
      Membership membership) {
    this.link = links.commands();
    this.keys = keys;
    this.views = views;
    this.generations = generations;
    this.membership = membership;
  }

  @Override
  public DeadLetter.Owner kind() {
    return DeadLetter.Owner.VIEW;
  }

  /** Sends the command to replay a letter. */
  @Override
  public Future<Void> replay(Stream stream, DeadLetterId id, DeadLetter letter) {
    return queue(stream, letter, id.partition())
        .compose(
            queue ->
                queue.isEmpty()
                    ? Future.failedFuture(outdated(letter))
                    : queue.get().add(new DeadLetterCommand.Replay(letter.id())));
  }

  /**
   * Sends the command to replay all letters that there are of a view, and that its present
   * generations set aside.
   */
  @Override
  public Future<Void> replayAll(Stream stream, String consumer) {
    ViewName view = new ViewName(consumer);
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
  @Override
  public Future<Void> delete(Stream stream, DeadLetterId id, DeadLetter letter) {
    return queue(stream, letter, id.partition())
        .compose(
            queue ->
                queue.isPresent()
                    ? queue.get().add(new DeadLetterCommand.Delete(letter.id()))
                    : log(stream, id.partition()).delete(letter));
  }

  /** Of the holder that can do it; empty if what set the letter aside is not worked. */
  private Future<Optional<DeadLetterCommandQueue>> queue(
      Stream stream, DeadLetter letter, int partition) {
    return generations
        .registry()
        .map(
            registry ->
                views.all().stream()
                    .filter(view -> view.name().value().equals(letter.consumer()))
                    .filter(view -> view.stream().equals(stream.name()))
                    .flatMap(
                        view ->
                            registry.wanted(view).stream()
                                .filter(one -> one.id().equals(letter.occasion()))
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

  private static ProblemException outdated(DeadLetter letter) {
    return ProblemException.of(
        ProblemType.DEAD_LETTER_OUTDATED,
        "The letter was set aside by generation '"
            + letter.occasion()
            + "' of the view '"
            + letter.consumer()
            + "', which is not worked any more; a later one has met the event itself. It can only be deleted.");
  }
}
