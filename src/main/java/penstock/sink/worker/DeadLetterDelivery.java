package penstock.sink.worker;

import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import penstock.consumer.BlockingCall;
import penstock.consumer.command.DeadLetterCommand;
import penstock.consumer.command.DeadLetterCommandQueue;
import penstock.consumer.worker.Lease;
import penstock.event.EventFields;
import penstock.sink.Delivery;
import penstock.sink.Outcome;
import penstock.sink.SinkTarget;
import penstock.stream.Position;
import penstock.stream.deadletter.DeadLetter;
import penstock.stream.deadletter.DeadLetterLog;

/**
 * Executes the commands that wait for the holder: delivers dead letters again, one after the other,
 * beside what the log brings. One that does not go through stays, with the reason. Belongs to
 * whoever has its task's turn.
 */
final class DeadLetterDelivery {

  private final SinkShard shard;
  private final DeadLetterCommandQueue queue;
  private final DeadLetterLog log;
  private final SinkCommitRepository commits;
  private final SinkTarget target;
  private Runnable nudge = () -> {};
  private boolean mayHaveMore;
  private @Nullable Replaying replaying;

  DeadLetterDelivery(
      SinkShard shard,
      DeadLetterCommandQueue queue,
      DeadLetterLog log,
      SinkCommitRepository commits,
      SinkTarget target) {
    this.shard = shard;
    this.queue = queue;
    this.log = log;
    this.commits = commits;
    this.target = target;
  }

  /**
   * A letter that is with the receiver.
   *
   * @param command as it stands in the list
   * @param rest what is left of it; empty if nothing
   */
  private record Replaying(
      String command, String rest, DeadLetter letter, Future<List<Outcome>> answer) {}

  /** There may be a command. */
  void begin(Runnable wake) {
    nudge = wake;
    mayHaveMore = true;
  }

  boolean isIdle() {
    return !mayHaveMore && replaying == null;
  }

  /** Takes in the answer that came, and begins with the next command; whether there was any. */
  boolean settle(Lease lease) throws InterruptedException {
    Replaying sent = replaying;
    if (sent != null) {
      if (!sent.answer().isComplete()) {
        return false;
      }
      finish(
          lease, sent.command(), sent.rest(), Optional.of(sent.letter()), failure(sent.answer()));
      replaying = null;
      return true;
    }
    if (!mayHaveMore) {
      return false;
    }
    String command = BlockingCall.of(queue.first());
    mayHaveMore = command != null;
    if (command != null) {
      execute(lease, command);
    }
    return mayHaveMore;
  }

  private static String failure(Future<List<Outcome>> answer) {
    if (answer.failed() || answer.result().isEmpty()) {
      return "the target did not say what came of it";
    }
    return answer.result().getFirst().reason();
  }

  private void execute(Lease lease, String text) throws InterruptedException {
    switch (DeadLetterCommand.parse(text)) {
      case DeadLetterCommand.Replay command -> replay(lease, text, "", find(command.letter()));
      case DeadLetterCommand.Delete command -> finish(lease, text, "", find(command.letter()), "");
      case DeadLetterCommand.ReplayAll command -> {
        Optional<Position> first = command.after().next();
        List<DeadLetter> some =
            first.isEmpty() ? List.of() : BlockingCall.of(log.range(first.get(), command.upto()));
        if (some.isEmpty()) {
          finish(lease, text, "", Optional.empty(), "");
        } else {
          Optional<DeadLetter> letter = own(some);
          Position upto = letter.orElse(some.getLast()).id();
          replay(lease, text, new DeadLetterCommand.ReplayAll(upto, command.upto()).text(), letter);
        }
      }
    }
  }

  private void replay(Lease lease, String text, String rest, Optional<DeadLetter> letter)
      throws InterruptedException {
    if (letter.isEmpty()) {
      finish(lease, text, rest, letter, "");
      return;
    }
    DeadLetter found = letter.get();
    try {
      Delivery delivery =
          Delivery.of(
              shard.sink().name(),
              shard.partition(),
              found.event(),
              EventFields.read(found.event().fields(), found.event().from()),
              1 + Integer.parseInt(found.occasion()));
      replaying =
          new Replaying(
              text, rest, found, target.deliver(List.of(delivery)).onComplete(done -> nudge.run()));
    } catch (IllegalArgumentException unreadable) {
      finish(lease, text, rest, letter, "not an event that Penstock wrote");
    }
  }

  private Optional<DeadLetter> find(Position id) throws InterruptedException {
    return own(BlockingCall.of(log.range(id, id)));
  }

  private Optional<DeadLetter> own(List<DeadLetter> some) {
    return some.stream()
        .filter(letter -> letter.owner() == DeadLetter.Owner.SINK)
        .filter(letter -> letter.consumer().equals(shard.sink().name().value()))
        .findFirst();
  }

  private void finish(
      Lease lease, String text, String rest, Optional<DeadLetter> letter, String failure)
      throws InterruptedException {
    BlockingCall.of(
        commits.letter(
            lease, text, rest, letter.map(one -> one.id().toString()).orElse(""), failure));
  }

  void drop() {
    mayHaveMore = false;
    replaying = null;
  }
}
