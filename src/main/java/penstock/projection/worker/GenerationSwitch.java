package penstock.projection.worker;

import io.vertx.redis.client.Command;
import org.jboss.logging.Logger;
import penstock.consumer.BlockingCall;
import penstock.consumer.membership.ControlMessage;
import penstock.consumer.membership.Membership;
import penstock.consumer.membership.PartitionAssignor;
import penstock.consumer.worker.Lease;
import penstock.projection.ProjectionShard;
import penstock.redis.RedisLink;
import penstock.redis.RedisNumber;
import penstock.redis.Script;
import penstock.stream.Partition;
import penstock.view.GenerationRegistry;
import penstock.view.RegistrySnapshot;
import penstock.view.ViewName;

/**
 * How a shard's generation comes to be served: at once if the view has none; in the place of the
 * one before once all its partitions have caught up. One that was made earlier takes the place of a
 * later one only if no live instance works that, as after a return to the definition before: so two
 * definitions, worked side by side in a rolling update, do not take turns. Belongs to whoever has
 * its task's turn; what asks Redis blocks.
 */
final class GenerationSwitch {

  private static final Logger LOG = Logger.getLogger(GenerationSwitch.class);
  private static final Script CAUGHT_UP = Script.named("caught-up");

  private final ProjectionShard shard;
  private final RedisLink link;
  private final GenerationRegistry generations;
  private final Membership membership;
  private final PartitionAssignor assignor;

  private String served = "";

  GenerationSwitch(
      ProjectionShard shard,
      RedisLink link,
      GenerationRegistry generations,
      Membership membership,
      PartitionAssignor assignor) {
    this.shard = shard;
    this.link = link;
    this.generations = generations;
    this.membership = membership;
    this.assignor = assignor;
  }

  /** Registers the generation; called before the lease is acquired. */
  void enter() throws InterruptedException {
    served = BlockingCall.of(generations.register(shard.view().name(), shard.generation()));
  }

  /** Whether the generation is served, as this instance last heard. */
  boolean isServed() {
    return assignor.served(shard.view().name()).orElse(served).equals(shard.generation().id());
  }

  /** The shard has applied all that the log holds. */
  void caughtUp(Lease lease) throws InterruptedException {
    if (isServed()) {
      return;
    }
    ViewName view = shard.view().name();
    String own = shard.generation().id();
    RegistrySnapshot registry = BlockingCall.of(generations.registry());
    served = registry.served(view).orElse("");
    boolean abandoned = !assignor.isWorked(view, served);
    boolean later = !served.isEmpty() && registry.isLater(view, shard.generation(), served);
    if (served.equals(own) || !later && !abandoned) {
      return;
    }
    markCaughtUp(lease);
    for (Partition partition : shard.generation().partitions()) {
      if (!isCaughtUp(partition)) {
        return;
      }
    }
    LOG.infof("%s takes the place of generation %s", shard, served);
    served = BlockingCall.of(generations.replace(view, served, shard.generation(), abandoned));
    BlockingCall.of(membership.send(ControlMessage.Type.VIEWS, view.value()));
  }

  /** Notes that the partition once had all applied that there was. */
  private void markCaughtUp(Lease lease) throws InterruptedException {
    BlockingCall.of(CAUGHT_UP.run(link, CAUGHT_UP.call(shard.names().state()).arg(lease.fence())));
  }

  private boolean isCaughtUp(Partition partition) throws InterruptedException {
    String state =
        generations.keys(shard.view().name(), shard.generation(), partition.index()).state();
    return RedisNumber.intOf(BlockingCall.of(link.send(Command.HEXISTS, state, "caught-up"))) == 1;
  }
}
