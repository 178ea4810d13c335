package penstock.projection.service;

import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;
import penstock.consumer.BlockingCall;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.RedisNumber;
import penstock.redis.Script;
import penstock.stream.Partition;
import penstock.view.Generation;
import penstock.view.ViewName;

/**
 * Removes generations that no live instance has worked for a while, in small steps: those of
 * definitions that were replaced, and those of views that are not declared any more, whose idle
 * groups would keep retention from its work for ever. Blocks; not for event loops.
 */
public final class GenerationReaper {

  private static final Logger LOG = Logger.getLogger(GenerationReaper.class);
  private static final Script RETIRE = Script.named("retire");
  private static final Script REMOVE = Script.named("remove");
  private static final Script FORGET = Script.named("forget");

  /** Entries removed by one script. */
  private static final int STEP = 200;

  private final RedisLink link;
  private final Keys keys;
  private final Duration keep;
  private final AtomicBoolean running = new AtomicBoolean();

  /**
   * @param keep how long what nobody works is kept
   */
  public GenerationReaper(RedisLink link, Keys keys, Duration keep) {
    this.link = link;
    this.keys = keys;
    this.keep = keep;
  }

  /** Runs in a thread of its own, since there may be much to remove; not twice at a time. */
  public void runAside() {
    if (running.compareAndSet(false, true)) {
      Thread.ofVirtual()
          .name("penstock-reaper")
          .start(
              () -> {
                try {
                  runOnce();
                } catch (RuntimeException e) {
                  LOG.infof("removing what is not used ended early: %s", e.getMessage());
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                } finally {
                  running.set(false);
                }
              });
    }
  }

  private record Retired(ViewName view, Generation generation) {}

  /** Notes what nobody works, and removes what nobody has worked for long enough. */
  public void runOnce() throws InterruptedException {
    Request call = RETIRE.call(keys.views()).arg(keep.toMillis());
    BlockingCall.of(link.send(Command.HVALS, keys.works()))
        .forEach(works -> call.arg(works.toString()));
    var reply = BlockingCall.of(RETIRE.run(link, call));
    for (int i = 0; i + 1 < reply.size(); i += 2) {
      String name = reply.get(i).toString();
      int colon = name.indexOf(':');
      remove(
          new Retired(
              new ViewName(name.substring(0, colon)),
              Generation.parse(name.substring(colon + 1), reply.get(i + 1).toString())));
    }
  }

  private void remove(Retired retired) throws InterruptedException {
    List<Partition> partitions = retired.generation().partitions();
    for (Partition partition : partitions) {
      if (!remove(retired, partition)) {
        LOG.infof(
            "begun anew, so not removed: view=%s generation=%s partition=%s",
            retired.view(), retired.generation(), partition);
        return;
      }
    }
    BlockingCall.of(
        FORGET.run(
            link,
            FORGET.call(keys.views()).arg(retired.view().value()).arg(retired.generation().id())));
    LOG.infof(
        "removed, since no instance works it: view=%s generation=%s",
        retired.view(), retired.generation());
  }

  /** Whether all of it is gone, and not begun anew meanwhile. */
  private boolean remove(Retired retired, Partition partition) throws InterruptedException {
    Keys.OfPartition log = keys.partition(partition.stream().value(), partition.index());
    Keys.OfView names = log.view(retired.view().value(), retired.generation().id());
    int first = 1;
    while (true) {
      int left =
          RedisNumber.intOf(
              BlockingCall.of(
                  REMOVE.run(
                      link,
                      REMOVE
                          .call(
                              log.events(),
                              names.state(),
                              names.lease(),
                              names.index(),
                              names.changes(),
                              names.requests())
                          .arg(names.entries())
                          .arg(STEP)
                          .arg(retired.generation().group(retired.view()))
                          .arg(first))));
      if (left != 1) {
        return left == 0;
      }
      first = 0;
    }
  }
}
