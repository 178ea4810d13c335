package penstock.projection;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import penstock.redis.Keys;
import penstock.stream.Partition;
import penstock.view.Generation;
import penstock.view.Generations;
import penstock.view.ViewName;

/**
 * How a worker's generation comes to be served: at once if the view has none; in the place of the
 * one before once all its partitions have caught up, after which the first one's worker removes
 * that one, a step at a time. A worker whose generation was served and is not any more works no
 * longer, so that two definitions do not take turns.
 */
final class Succession {

  private static final Logger LOG = Logger.getLogger(Succession.class);

  private final Assignment work;
  private final Generations generations;
  private final Workplace redis;
  private final Keys keys;
  private final Queue<Assignment> doomed = new ArrayDeque<>();

  private @Nullable String served;
  private boolean wasServed;
  private boolean listed;

  Succession(Assignment work, Generations generations, Workplace redis, Keys keys) {
    this.work = work;
    this.generations = generations;
    this.redis = redis;
    this.keys = keys;
  }

  /** Whether a worker shall work. */
  sealed interface Standing {

    /** Its generation is served, or to be. */
    record Good() implements Standing {}

    /** Another one took its place. */
    record Superseded(String by) implements Standing {}
  }

  /** Notes the generation; called before the lease is taken. */
  Standing enter() throws InterruptedException {
    ViewName view = work.view().name();
    served = Await.of(generations.register(view, work.generation(), Optional.empty()));
    if (isServed()) {
      wasServed = true;
    } else if (wasServed) {
      return new Standing.Superseded(served);
    }
    return new Standing.Good();
  }

  /**
   * The worker has applied all there is.
   *
   * @return whether there is more to remove
   */
  boolean caughtUp(Lease.Mine lease) throws InterruptedException {
    ViewName view = work.view().name();
    if (!isServed()) {
      Await.of(redis.markCaughtUp(work, lease));
      for (Partition partition : work.generation().partitions()) {
        if (!Await.of(redis.isCaughtUp(assignment(work.generation(), partition)))) {
          return false;
        }
      }
      LOG.infof("%s takes the place of generation %s", work, served);
      served = Await.of(generations.register(view, work.generation(), Optional.ofNullable(served)));
      wasServed = isServed();
    }
    if (!listed && isServed() && work.partition().index() == 0) {
      listed = true;
      for (Generation other : Await.of(generations.known(view))) {
        if (!other.id().equals(work.generation().id())) {
          other.partitions().forEach(partition -> doomed.add(assignment(other, partition)));
        }
      }
    }
    Assignment next = doomed.peek();
    if (next != null && !Await.of(redis.remove(next))) {
      doomed.remove();
      if (doomed.stream().noneMatch(more -> more.generation().equals(next.generation()))) {
        Await.of(generations.forget(view, next.generation()));
      }
    }
    return !doomed.isEmpty();
  }

  private boolean isServed() {
    return work.generation().id().equals(served);
  }

  private Assignment assignment(Generation generation, Partition partition) {
    return new Assignment(
        work.view(),
        generation,
        partition,
        keys.partition(partition.stream().value(), partition.index()),
        generations.keys(work.view().name(), generation, partition.index()));
  }
}
