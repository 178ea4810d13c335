package penstock.projection.worker;

import java.util.List;
import org.jspecify.annotations.Nullable;
import penstock.consumer.worker.Lease;
import penstock.consumer.worker.ShardPipeline;
import penstock.consumer.worker.StepResult;
import penstock.stream.log.LogNews;
import penstock.stream.log.RawRecord;
import penstock.stream.tail.CarriedCommit;

/**
 * What becomes of a view's events: they are folded. Belongs to whoever has its task's turn.
 * Whatever fails, all that was read ahead or cached is dropped.
 */
final class ViewPipeline implements ShardPipeline {

  private final GenerationSwitch generations;
  private final Takeover takeover;
  private final FoldPipeline folds;
  private final DeadLetterExecutor commands;
  private final EntryCache cache;
  private final Suspects suspects;

  ViewPipeline(
      GenerationSwitch generations,
      Takeover takeover,
      FoldPipeline folds,
      DeadLetterExecutor commands,
      EntryCache cache,
      Suspects suspects) {
    this.generations = generations;
    this.takeover = takeover;
    this.folds = folds;
    this.commands = commands;
    this.cache = cache;
    this.suspects = suspects;
  }

  @Override
  public void wokenBy(Runnable nudge, Runnable goOn) {
    folds.wokenBy(nudge, goOn);
  }

  @Override
  public void appended() {
    folds.appended();
  }

  @Override
  public void told(LogNews news) {
    folds.told(news);
  }

  @Override
  public void enter() throws InterruptedException {
    generations.enter();
  }

  @Override
  public void begin(Lease lease) throws InterruptedException {
    folds.begin(lease, takeover.prepare(lease));
  }

  @Override
  public StepResult advance(Lease lease) throws InterruptedException {
    return folds.advance(lease, generations.isServed());
  }

  /** A generation that is not served yet has to hear when the log's end is reached. */
  @Override
  public boolean advanceAtOnce(Lease lease) {
    return generations.isServed() && folds.advanceAtOnce(lease);
  }

  @Override
  public @Nullable CarriedCommit carry(Lease lease, List<RawRecord> records) {
    return generations.isServed() ? folds.carry(lease, records) : null;
  }

  @Override
  public boolean isQuiet() {
    return folds.isQuiet();
  }

  @Override
  public boolean recheck(Lease lease) throws InterruptedException {
    return folds.recheck(lease);
  }

  @Override
  public void caughtUp(Lease lease) throws InterruptedException {
    generations.caughtUp(lease);
  }

  @Override
  public boolean executeNext(Lease lease) throws InterruptedException {
    return commands.executeNext(lease, folds.folded(), folds.nextBatchNumber());
  }

  @Override
  public void settle() throws InterruptedException {
    folds.settle();
  }

  @Override
  public void drop() {
    folds.drop();
    cache.clear();
  }

  @Override
  public void released() {
    suspects.clear();
  }
}
