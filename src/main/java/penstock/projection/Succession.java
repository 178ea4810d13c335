package penstock.projection;

import org.jboss.logging.Logger;
import penstock.stream.Partition;
import penstock.view.Generations;
import penstock.view.Registry;
import penstock.view.ViewName;

/**
 * How a worker's generation comes to be served: at once if the view has none; in the place of the
 * one before once all its partitions have caught up. One that was made earlier takes the place of a
 * later one only if no live instance works that, as after a return to the definition before: so two
 * definitions, worked side by side in a rolling update, do not take turns.
 */
final class Succession {

  private static final Logger LOG = Logger.getLogger(Succession.class);

  private final Assignment work;
  private final Generations generations;
  private final Workplace redis;
  private final Roster roster;

  private String served = "";

  Succession(Assignment work, Generations generations, Workplace redis, Roster roster) {
    this.work = work;
    this.generations = generations;
    this.redis = redis;
    this.roster = roster;
  }

  /** Notes the generation; called before the lease is taken. */
  void enter() throws InterruptedException {
    served = Await.of(generations.register(work.view().name(), work.generation()));
  }

  /** The worker has applied all there is. */
  void caughtUp(Lease.Mine lease) throws InterruptedException {
    ViewName view = work.view().name();
    String own = work.generation().id();
    if (roster.served(view).orElse(served).equals(own)) {
      return;
    }
    Registry registry = Await.of(generations.registry());
    served = registry.served(view).orElse("");
    boolean abandoned = !roster.isWorked(view, served);
    boolean later = !served.isEmpty() && registry.isLater(view, work.generation(), served);
    if (served.equals(own) || !later && !abandoned) {
      return;
    }
    Await.of(redis.markCaughtUp(work, lease));
    for (Partition partition : work.generation().partitions()) {
      if (!Await.of(
          redis.isCaughtUp(generations.keys(view, work.generation(), partition.index())))) {
        return;
      }
    }
    LOG.infof("%s takes the place of generation %s", work, served);
    served = Await.of(generations.replace(view, served, work.generation(), abandoned));
    Await.of(redis.tell(Notice.Kind.VIEWS, view.value()));
  }
}
