package penstock.projection.worker;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import penstock.consumer.BlockingCall;
import penstock.consumer.command.DeadLetterCommand;
import penstock.consumer.command.DeadLetterCommandQueue;
import penstock.consumer.worker.Lease;
import penstock.projection.ProjectionShard;
import penstock.stream.Position;
import penstock.stream.deadletter.DeadLetter;
import penstock.stream.deadletter.DeadLetterLog;
import penstock.trace.SpanLinks;

/**
 * Executes the commands that wait for a lease's holder. Belongs to whoever has its task's turn,
 * blocks, and executes only while no commit is under way.
 */
final class DeadLetterExecutor {

  private final ProjectionShard shard;
  private final DeadLetterCommandQueue queue;
  private final DeadLetterLog letters;
  private final EntryRepository entries;
  private final EntryCache cache;
  private final CommitRepository commits;

  DeadLetterExecutor(
      ProjectionShard shard,
      DeadLetterCommandQueue queue,
      DeadLetterLog letters,
      EntryRepository entries,
      EntryCache cache,
      CommitRepository commits) {
    this.shard = shard;
    this.queue = queue;
    this.letters = letters;
    this.entries = entries;
    this.cache = cache;
    this.commits = commits;
  }

  /**
   * Executes the first command, or a part of it that fits into one commit.
   *
   * @param applied the position up to which the view has applied the log
   * @param number of the batch
   * @return false if there was none
   */
  boolean executeNext(Lease lease, Position applied, long number) throws InterruptedException {
    String text = BlockingCall.of(queue.first());
    if (text == null) {
      return false;
    }
    FoldBatch batch = new FoldBatch(number, shard.view(), applied, cache, SpanLinks.NONE);
    switch (DeadLetterCommand.parse(text)) {
      case DeadLetterCommand.Replay command -> {
        Optional<DeadLetter> letter = find(command.letter());
        commit(
            lease,
            batch,
            text,
            "",
            letter,
            letter.isPresent() ? replay(batch, letter.get()) : null);
      }
      case DeadLetterCommand.Delete command ->
          commit(lease, batch, text, "", find(command.letter()), null);
      case DeadLetterCommand.ReplayAll command -> replayNext(lease, batch, text, command);
    }
    cache.committed(number);
    return true;
  }

  /** Replays the first letter that the command is about, and leaves the rest of it in the list. */
  private void replayNext(
      Lease lease, FoldBatch batch, String text, DeadLetterCommand.ReplayAll command)
      throws InterruptedException {
    Optional<Position> first = command.after().next();
    List<DeadLetter> some =
        first.isEmpty() ? List.of() : BlockingCall.of(letters.range(first.get(), command.upto()));
    if (some.isEmpty()) {
      commit(lease, batch, text, "", Optional.empty(), null);
      return;
    }
    Optional<DeadLetter> letter = own(some);
    Position upto = letter.orElse(some.getLast()).id();
    commit(
        lease,
        batch,
        text,
        new DeadLetterCommand.ReplayAll(upto, command.upto()).text(),
        letter,
        letter.isPresent() ? replay(batch, letter.get()) : null);
  }

  private Optional<DeadLetter> find(Position id) throws InterruptedException {
    return own(BlockingCall.of(letters.range(id, id)));
  }

  /** The first one that this view's generation set aside. */
  private Optional<DeadLetter> own(List<DeadLetter> some) {
    return some.stream()
        .filter(
            letter ->
                letter.isOf(
                    DeadLetter.Owner.VIEW, shard.view().name().value(), shard.generation().id()))
        .findFirst();
  }

  /** Why it cannot be folded; null if it was. */
  private @Nullable String replay(FoldBatch batch, DeadLetter letter) throws InterruptedException {
    FoldDecision decision = FoldDecision.of(shard.view(), letter.event());
    if (decision instanceof FoldDecision.Fold fold && !cache.knows(fold.key())) {
      entries.load(List.of(fold.key()), cache, batch.number());
    }
    return batch.replay(letter.event().position(), decision);
  }

  private void commit(
      Lease lease,
      FoldBatch batch,
      String text,
      String rest,
      Optional<DeadLetter> letter,
      @Nullable String failure)
      throws InterruptedException {
    BlockingCall.of(
        commits.execute(
            lease,
            batch,
            text,
            rest,
            letter.map(one -> one.id().toString()).orElse(""),
            failure == null ? "" : failure));
  }
}
