package penstock.redis.cluster;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import penstock.problem.IsolatedCall;
import penstock.redis.topology.ServerAddress;

/**
 * Knows which node has which slot, for all links of this instance. Asks a few nodes from time to
 * time, and at once when something shows that what is known is old: what is asked for meanwhile is
 * answered by the same look. May be used from any thread.
 */
public final class ClusterTopology {

  private static final Logger LOG = Logger.getLogger(ClusterTopology.class);

  /** Nodes that are asked at a time: that all of them are cut off from the others is unlikely. */
  private static final int WITNESSES = 3;

  /** Between two looks, however many commands are sent elsewhere. */
  private static final Duration PAUSE = Duration.ofMillis(50);

  private final Vertx vertx;
  private final List<ServerAddress> seeds;
  private final BiFunction<ServerAddress, Request, Future<Response>> ask;
  private final Duration interval;
  private final List<Consumer<SlotTable>> listeners = new CopyOnWriteArrayList<>();
  private final Promise<Void> firstLook = Promise.promise();

  private volatile SlotTable table = SlotTable.UNKNOWN;
  private volatile String away = "no node was asked yet";

  // Below: guarded by this.
  private List<ServerAddress> witnesses = List.of();
  private boolean looking;
  private boolean again;
  private boolean closed;
  private long timer;

  /**
   * @param seeds nodes that are asked while no other is known
   * @param ask one node, for an answer within a time that all can wait
   * @param interval between two looks if there is no reason for one
   */
  public ClusterTopology(
      Vertx vertx,
      Collection<ServerAddress> seeds,
      BiFunction<ServerAddress, Request, Future<Response>> ask,
      Duration interval) {
    this.vertx = vertx;
    this.seeds = List.copyOf(seeds);
    this.ask = ask;
    this.interval = interval;
  }

  /** What is known now. */
  public SlotTable table() {
    return table;
  }

  /** Completes when the first look has ended, whatever it brought. */
  public Future<Void> firstLook() {
    return firstLook.future();
  }

  /** Why nothing is known of the cluster now; empty if a node answers. */
  public Optional<String> away() {
    return away.isEmpty() ? Optional.empty() : Optional.of(away);
  }

  private synchronized List<ServerAddress> witnesses() {
    return witnesses;
  }

  /** Is called after each change of what is known, by any thread. */
  public void onChange(Consumer<SlotTable> listener) {
    listeners.add(listener);
  }

  /** A node that somebody may connect to who does not need a certain one: one that answers. */
  public Optional<ServerAddress> any() {
    List<ServerAddress> nodes = witnesses();
    List<ServerAddress> some = nodes.isEmpty() ? candidates() : nodes;
    return some.isEmpty()
        ? Optional.empty()
        : Optional.of(some.get(ThreadLocalRandom.current().nextInt(some.size())));
  }

  private List<ServerAddress> candidates() {
    List<ServerAddress> known = table.nodes();
    return known.isEmpty() ? seeds : known;
  }

  /** A node said that another one has a slot. */
  public void moved(int slot, ServerAddress to) {
    synchronized (this) {
      table = table.moved(slot, to);
    }
    refresh();
  }

  /** Looks now, or again after the look that is under way. */
  public void refresh() {
    synchronized (this) {
      if (looking || closed) {
        again = true;
        return;
      }
      looking = true;
      again = false;
      vertx.cancelTimer(timer);
    }
    look();
  }

  private void look() {
    var order = new LinkedHashSet<ServerAddress>();
    List<ServerAddress> known = candidates();
    witnesses().stream().filter(known::contains).forEach(order::add);
    List<ServerAddress> others = new ArrayList<>(known);
    Collections.shuffle(others, ThreadLocalRandom.current());
    order.addAll(others);
    order.addAll(seeds);
    ask(List.copyOf(order), new ArrayList<>(), new ArrayList<>());
  }

  /** Asks some, and if none of them answers some others. */
  private void ask(List<ServerAddress> left, List<ServerAddress> answered, List<String> excuses) {
    List<ServerAddress> some = left.subList(0, Math.min(WITNESSES, left.size()));
    List<Future<Void>> asked = new ArrayList<>();
    for (ServerAddress one : some) {
      asked.add(
          IsolatedCall.begin(() -> ask.apply(one, Request.cmd(Command.CLUSTER).arg("NODES")))
              .map(reply -> ClusterNode.parse(reply.toString(), one))
              .<Void>map(
                  nodes -> {
                    if (nodes.stream().anyMatch(node -> !node.slots().isEmpty())) {
                      take(nodes);
                      synchronized (answered) {
                        answered.add(one);
                      }
                    }
                    return null;
                  })
              .onFailure(
                  failure -> {
                    synchronized (excuses) {
                      excuses.add(one + ": " + failure.getMessage());
                    }
                  }));
    }
    Future.join(asked)
        .onComplete(
            done -> {
              if (answered.isEmpty() && left.size() > some.size()) {
                ask(left.subList(some.size(), left.size()), answered, excuses);
              } else {
                end(answered, excuses);
              }
            });
  }

  private void take(List<ClusterNode> nodes) {
    SlotTable before;
    SlotTable after;
    synchronized (this) {
      before = table;
      after = before.with(nodes);
      table = after;
    }
    if (after != before) {
      if (!after.owners().equals(before.owners())) {
        LOG.infof("redis cluster: masters=%s unowned-slots=%d", after.owners(), after.unowned());
      }
      listeners.forEach(listener -> IsolatedCall.run(() -> listener.accept(after)));
    }
  }

  private void end(List<ServerAddress> answered, List<String> excuses) {
    synchronized (this) {
      witnesses = List.copyOf(answered);
      looking = false;
      if (!closed) {
        Duration pause = again ? PAUSE : interval;
        timer = vertx.setTimer(Math.max(1, pause.toMillis()), late -> refresh());
      }
    }
    away =
        answered.isEmpty()
            ? "no node answers that is in a cluster: " + String.join("; ", excuses)
            : "";
    IsolatedCall.settle(firstLook, Future.succeededFuture());
  }

  /** Looks no more. */
  public synchronized void close() {
    closed = true;
    vertx.cancelTimer(timer);
  }
}
