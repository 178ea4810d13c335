package penstock.projection;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import penstock.stream.Position;
import penstock.trace.Causes;

/**
 * Executes the commands that wait for a lease's holder. On the task's thread, and only while no
 * commit is under way.
 */
final class Wishes {

  private final Assignment shard;
  private final DeadLetterCommandQueue queue;
  private final DeadLetterLog letters;
  private final EntryRepository entries;
  private final EntryCache cache;
  private final CommitRepository commits;

  Wishes(
      Assignment shard,
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
    String text = Await.of(queue.first());
    if (text == null) {
      return false;
    }
    Batch batch = new Batch(number, shard.view(), applied, cache, Causes.NONE);
    switch (Wish.parse(text)) {
      case Wish.Replay command -> {
        Optional<Letter> letter = find(command.letter());
        commit(
            lease,
            batch,
            text,
            "",
            letter,
            letter.isPresent() ? replay(batch, letter.get()) : null);
      }
      case Wish.Delete command -> commit(lease, batch, text, "", find(command.letter()), null);
      case Wish.ReplayAll command -> replayNext(lease, batch, text, command);
    }
    cache.committed(number);
    return true;
  }

  /** Replays the first letter that the command is about, and leaves the rest of it in the list. */
  private void replayNext(Lease lease, Batch batch, String text, Wish.ReplayAll command)
      throws InterruptedException {
    List<Letter> some = Await.of(letters.range(after(command.after()), command.upto()));
    if (some.isEmpty()) {
      commit(lease, batch, text, "", Optional.empty(), null);
      return;
    }
    Optional<Letter> letter = own(some);
    Position upto = letter.orElse(some.getLast()).id();
    commit(
        lease,
        batch,
        text,
        new Wish.ReplayAll(upto, command.upto()).text(),
        letter,
        letter.isPresent() ? replay(batch, letter.get()) : null);
  }

  private static Position after(Position position) {
    return new Position(position.millis(), position.sequence() + 1);
  }

  private Optional<Letter> find(Position id) throws InterruptedException {
    return own(Await.of(letters.range(id, id)));
  }

  /** The first one that this view's generation set aside. */
  private Optional<Letter> own(List<Letter> some) {
    return some.stream().filter(letter -> letter.isOf(shard)).findFirst();
  }

  /** Why it cannot be folded; null if it was. */
  private @Nullable String replay(Batch batch, Letter letter) throws InterruptedException {
    Step step = Step.of(shard.view(), letter.event());
    if (step instanceof Step.Fold fold && !cache.knows(fold.key())) {
      entries.load(List.of(fold.key()), cache, batch.number());
    }
    return batch.replay(letter.event().position(), step);
  }

  private void commit(
      Lease lease,
      Batch batch,
      String text,
      String rest,
      Optional<Letter> letter,
      @Nullable String failure)
      throws InterruptedException {
    Await.of(
        commits.execute(
            lease,
            batch,
            text,
            rest,
            letter.map(one -> one.id().toString()).orElse(""),
            failure == null ? "" : failure));
  }
}
