package penstock.redis;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.redis.client.Command;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import penstock.problem.IsolatedCall;
import penstock.redis.cluster.ClusterNode;
import penstock.redis.cluster.SlotTable;
import penstock.redis.topology.ServerAddress;

/**
 * Where a lane for reading leads: to a replica of the master that has its slot, if that may be read
 * from, else to the master.
 *
 * <p>A replica knows neither that a slot is on its way to another master, nor how far it has heard
 * of that: it answers with the keys that are still there, or there already. So what it answered
 * counts when its master, asked afterwards, still has the slot, and all of it, and has it since the
 * replica was found to have all of it, too: with each slot that comes to a master its configuration
 * epoch is another one. One question is for all answers that came before it.
 */
final class LaneSource {

  private final SlotLink link;
  private final ReadSource source;

  /** Of the slot, of no use to anybody, and never there. */
  private final String absent;

  // Below: guarded by the lane.
  private long masterUntil = System.nanoTime();
  private @Nullable LaneDestination admitted;

  // Below: guarded by this.
  private List<Promise<Void>> waiting = new ArrayList<>(0);
  private boolean asking;

  LaneSource(SlotLink link, ReadSource source, String absent) {
    this.link = link;
    this.source = source;
    this.absent = absent;
  }

  /** Where what is read is to be read now. */
  LaneDestination destination(SlotTable.Owner owner) {
    Optional<ServerAddress> replica =
        owner.id().isEmpty() || System.nanoTime() - masterUntil < 0
            ? Optional.empty()
            : source.replicaOf(owner.address()).filter(link::isUsable);
    return replica
        .map(one -> new LaneDestination(one, owner))
        .orElseGet(() -> LaneDestination.to(owner.address()));
  }

  /** Whether it may be read there at once. */
  boolean isOpen(LaneDestination destination) {
    return destination.replicaOf() == null || destination.equals(admitted);
  }

  /** Completes when it may; fails if it may not. */
  Future<Void> open(LaneDestination destination) {
    SlotTable.Owner owner = destination.replicaOf();
    return owner == null
        ? Future.succeededFuture()
        : IsolatedCall.begin(() -> source.admit(destination.node(), owner.address()));
  }

  void opened(LaneDestination destination) {
    admitted = destination;
  }

  /** What is read from now on is at least what the master has now. */
  void renew() {
    admitted = null;
  }

  /** The replica did not answer well: the master is asked until it was looked at again. */
  void leave() {
    admitted = null;
    masterUntil = System.nanoTime() + source.pauseNanos();
  }

  /** The replica lacks something for longer than readers are to wait. */
  void refuse() {
    admitted = null;
    masterUntil = System.nanoTime() + source.pauseNanosIfBehind();
  }

  /** Succeeds if the master has the slot, and all of it, after now, and had it ever since. */
  Future<Void> confirm(SlotTable.Owner master) {
    Promise<Void> one = Promise.promise();
    List<Promise<Void>> all;
    synchronized (this) {
      waiting.add(one);
      if (asking) {
        return one.future();
      }
      all = next();
    }
    ask(master, all);
    return one.future();
  }

  /** Called with the lock held. */
  private List<Promise<Void>> next() {
    List<Promise<Void>> all = waiting;
    waiting = new ArrayList<>(0);
    asking = !all.isEmpty();
    return all;
  }

  private void ask(SlotTable.Owner master, List<Promise<Void>> all) {
    IsolatedCall.begin(() -> whole(master))
        .onComplete(
            done -> {
              List<Promise<Void>> more;
              synchronized (this) {
                more = next();
              }
              if (!more.isEmpty()) {
                ask(master, more);
              }
              all.forEach(one -> IsolatedCall.settle(one, done));
            });
  }

  /**
   * What tells of a master's replicas tells its epoch, and does not go through all slots for it.
   * Who has become a replica tells nothing, and not to a user who may not ask.
   */
  private Future<Void> whole(SlotTable.Owner master) {
    return link.node(master.address())
        .sendTogether(
            RedisLink.request(Command.EXISTS, absent),
            RedisLink.request(Command.CLUSTER, "REPLICAS", master.id()))
        .<Void>compose(
            replies -> {
              if (ClusterNode.parse(replies.second(), master.address()).stream()
                  .anyMatch(replica -> replica.epoch() == master.epoch())) {
                return Future.succeededFuture();
              }
              link.topology().refresh();
              return Future.failedFuture(
                  RedisFailures.notSent("its master may not have had the slot all the time"));
            })
        .recover(
            failure ->
                Future.failedFuture(
                    failure instanceof RedisReplyException refused
                        ? RedisFailures.notSent("its master answers " + refused.getMessage())
                        : failure));
  }
}
