package penstock.projection;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import penstock.stream.Position;
import penstock.trace.Causes;

/**
 * Fulfils what a lease's holder is asked to do with dead letters. On the worker's thread, and only
 * while no commit is under way.
 */
final class Wishes {

  private final Assignment work;
  private final Workplace redis;
  private final EntryCache cache;

  Wishes(Assignment work, Workplace redis, EntryCache cache) {
    this.work = work;
    this.redis = redis;
    this.cache = cache;
  }

  /**
   * Fulfils the first one, or a part of it that fits into one commit.
   *
   * @param applied what the view has taken in
   * @param number of the batch
   * @return false if there was none
   */
  boolean fulfilNext(Lease.Mine held, Position applied, long number) throws InterruptedException {
    String text = Await.of(redis.firstWish(work));
    if (text == null) {
      return false;
    }
    Batch batch = new Batch(number, work.view(), applied, cache, Causes.NONE);
    switch (Wish.parse(text)) {
      case Wish.Replay wish -> {
        Optional<Letter> letter = mine(Await.of(redis.letters(work, wish.letter(), wish.letter())));
        commit(
            held, batch, text, "", letter, letter.isPresent() ? replay(batch, letter.get()) : null);
      }
      case Wish.Delete wish ->
          commit(
              held,
              batch,
              text,
              "",
              mine(Await.of(redis.letters(work, wish.letter(), wish.letter()))),
              null);
      case Wish.ReplayAll wish -> next(held, batch, text, wish);
    }
    cache.committed(number);
    return true;
  }

  private void next(Lease.Mine held, Batch batch, String text, Wish.ReplayAll wish)
      throws InterruptedException {
    List<Letter> letters = Await.of(redis.letters(work, after(wish.after()), wish.upto()));
    if (letters.isEmpty()) {
      commit(held, batch, text, "", Optional.empty(), null);
      return;
    }
    Optional<Letter> letter = mine(letters);
    Position upto = letter.orElse(letters.getLast()).id();
    commit(
        held,
        batch,
        text,
        new Wish.ReplayAll(upto, wish.upto()).text(),
        letter,
        letter.isPresent() ? replay(batch, letter.get()) : null);
  }

  private static Position after(Position position) {
    return new Position(position.millis(), position.sequence() + 1);
  }

  /** The first one that this view's generation set aside. */
  private Optional<Letter> mine(List<Letter> letters) {
    return letters.stream().filter(letter -> letter.isOf(work)).findFirst();
  }

  /** Why it cannot be folded; null if it was. */
  private @Nullable String replay(Batch batch, Letter letter) throws InterruptedException {
    Step step = Step.of(work.view(), letter.event());
    if (step instanceof Step.Fold fold && !cache.knows(fold.key())) {
      cache.put(
          fold.key(), Await.of(redis.load(work, List.of(fold.key()))).getFirst(), batch.number());
    }
    return batch.replay(letter.event().position(), step);
  }

  private void commit(
      Lease.Mine held,
      Batch batch,
      String text,
      String rest,
      Optional<Letter> letter,
      @Nullable String failure)
      throws InterruptedException {
    Await.of(
        redis.fulfil(
            work,
            held,
            batch,
            text,
            rest,
            letter.map(one -> one.id().toString()).orElse(""),
            failure == null ? "" : failure));
  }
}
