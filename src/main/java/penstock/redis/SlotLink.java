package penstock.redis;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.RequestImpl;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import penstock.redis.cluster.ClusterTopology;
import penstock.redis.cluster.HashSlot;
import penstock.redis.cluster.SlotTable;
import penstock.redis.topology.ServerAddress;

/**
 * The way to a cluster for one purpose: a connection to each node that a command was for, opened
 * when it is needed and closed when the node has no part in the cluster any more. A command goes to
 * the node that has the slot of its first key; what happens if it does not any more, {@link
 * SlotLane} sees to.
 *
 * <p>A script is refused by Redis while the slot of its keys is on its way from node to node, since
 * one of its keys never exists (see {@link Script}): so it never sees a part of them.
 */
final class SlotLink extends RedisLink {

  private final Vertx vertx;
  private final ContextInternal context;
  private final ClusterTopology topology;
  private final NodeLinks nodes;

  /** Null if all goes to the masters. */
  private final @Nullable ReadSource source;

  /** The same for nodes that are read from as replicas: they are spoken to otherwise. */
  private final NodeLinks replicas;

  private final ConcurrentMap<Integer, SlotLane> lanes = new ConcurrentHashMap<>();
  private final AtomicInteger held = new AtomicInteger();
  private volatile boolean closed;

  /**
   * @param context on which futures of those complete who have none
   * @param opening opens a link to a node
   * @param source where is read from, if the link is for reading; null if all goes to the masters
   * @param reading opens a link to a node that is read from as a replica
   */
  SlotLink(
      String name,
      Vertx vertx,
      Context context,
      ClusterTopology topology,
      Function<ServerAddress, NodeLink> opening,
      @Nullable ReadSource source,
      Function<ServerAddress, NodeLink> reading,
      PenstockRedisConfig config) {
    super(name, config);
    this.vertx = vertx;
    this.context = ((ContextInternal) context).unwrap();
    this.topology = topology;
    this.nodes = new NodeLinks(opening);
    this.source = source;
    this.replicas = new NodeLinks(reading);
    topology.onChange(table -> nodes.retain(table.masters()));
    if (source != null) {
      source.onChange(() -> replicas.retain(source.chosen()));
    }
  }

  /** Some node of the cluster answers; of one slot that says nothing. */
  @Override
  public boolean isUp() {
    return !closed && topology.away().isEmpty();
  }

  @Override
  boolean hasBeenTried() {
    return topology.firstLook().isComplete();
  }

  @Override
  public String downReason() {
    return closed ? "shutting down" : hasBeenTried() ? topology.away().orElse("") : NEW;
  }

  @Override
  public int pending() {
    return held.get() + all().mapToInt(NodeLink::pending).sum();
  }

  @Override
  public long silence() {
    return all().mapToLong(NodeLink::silence).max().orElse(0);
  }

  private Stream<NodeLink> all() {
    return Stream.concat(nodes.all().stream(), replicas.all().stream());
  }

  @Override
  public void renew(String key) {
    SlotLane lane = lanes.get(slot(key));
    if (lane != null) {
      lane.renew();
    }
  }

  @Override
  public int slot(String key) {
    return HashSlot.of(key.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public Future<Response> send(Request request) {
    List<byte[]> keys = ((RequestImpl) request).keys();
    return keys.isEmpty()
        ? topology.firstLook().compose(looked -> sendAnywhere(request))
        : send(new String(keys.getFirst(), StandardCharsets.UTF_8), asIs(request));
  }

  @Override
  public Future<Response> sendFor(String key, Request request) {
    return send(key, asIs(request));
  }

  private static SlotCall.Sending<Response> asIs(Request request) {
    return (over, asking) -> asking ? over.sendAsking(request) : over.send(request);
  }

  @Override
  public Future<Replies> sendTogether(Request first, Request second) {
    byte[] key = ((RequestImpl) first).keys().getFirst();
    return send(
        new String(key, StandardCharsets.UTF_8),
        (over, asking) -> over.sendTogether(first, second));
  }

  /** What comes before anything is known of the cluster waits for that, up to the bound. */
  private <T> Future<T> send(String key, SlotCall.Sending<T> sending) {
    if (hasBeenTried()) {
      return sendNow(key, sending);
    }
    if (!hold()) {
      return Future.failedFuture(RedisFailures.tooBusy());
    }
    return topology
        .firstLook()
        .compose(
            looked -> {
              release(1);
              return sendNow(key, sending);
            });
  }

  private <T> Future<T> sendNow(String key, SlotCall.Sending<T> sending) {
    var caller = (ContextInternal) Vertx.currentContext();
    Promise<T> answer = (caller == null ? context : caller).promise();
    lanes
        .computeIfAbsent(slot(key), slot -> lane(slot, key))
        .send(new SlotCall<>(sending, answer, System.nanoTime()));
    return answer.future();
  }

  private SlotLane lane(int slot, String key) {
    ReadSource reading = source;
    return new SlotLane(
        slot, this, reading == null ? null : new LaneSource(this, reading, Keys.absent(key)));
  }

  /** Over a connection that is up, if there is one. */
  private Future<Response> sendAnywhere(Request request) {
    Optional<NodeLink> up = nodes.all().stream().filter(NodeLink::isUp).findFirst();
    if (up.isPresent()) {
      return up.get().send(request);
    }
    return topology.table().owners().stream()
        .findFirst()
        .map(one -> node(one).send(request))
        .orElseGet(() -> Future.failedFuture(RedisFailures.notSent(downReason())));
  }

  /** Asks each master that has slots how it is; does not fail. */
  Future<ClusterHealth> inspect() {
    SlotTable table = topology.table();
    var health = ClusterHealth.of(table);
    List<Future<?>> asked = new ArrayList<>();
    for (ServerAddress master : table.owners()) {
      asked.add(
          node(master)
              .send(Command.INFO)
              .map(reply -> RedisInfo.parse(reply.toString()))
              .onComplete(
                  done -> {
                    synchronized (health) {
                      if (done.succeeded()) {
                        health.said().put(master, done.result());
                      } else {
                        health.away().put(master, whyDown(master).orElse("no answer"));
                      }
                    }
                  }));
    }
    return Future.join(asked).transform(done -> Future.succeededFuture(health));
  }

  /** The node that has a slot; empty if nobody is known to. */
  Optional<ServerAddress> owner(int slot) {
    return topology.table().owner(slot);
  }

  /** The same, and since when. */
  Optional<SlotTable.Owner> ownership(int slot) {
    return topology.table().ownership(slot);
  }

  /** Why the link to a node is down; empty if it is not. */
  Optional<String> whyDown(ServerAddress address) {
    return nodes.present(address).filter(RedisLink::isKnownDown).map(NodeLink::downReason);
  }

  boolean isClosed() {
    return closed;
  }

  /** The link to a node. */
  NodeLink node(ServerAddress address) {
    return nodes.to(address);
  }

  /** The link to a node that is read from as a replica. */
  NodeLink replica(ServerAddress address) {
    return replicas.to(address);
  }

  /** Whether a replica can be sent to: its link is not known to be down. */
  boolean isUsable(ServerAddress replica) {
    return replicas.present(replica).filter(RedisLink::isKnownDown).isEmpty();
  }

  ClusterTopology topology() {
    return topology;
  }

  /** One more command waits until it can be sent again; false if too many do. */
  boolean hold() {
    if (held.incrementAndGet() > maxPending()) {
      held.decrementAndGet();
      return false;
    }
    return true;
  }

  /** So many wait no longer. */
  void release(int commands) {
    held.addAndGet(-commands);
  }

  /** Runs it after a time, or at once if that is 0. */
  void later(long millis, Runnable what) {
    if (millis == 0) {
      what.run();
    } else {
      vertx.setTimer(millis, timer -> what.run());
    }
  }

  @Override
  Future<Void> close() {
    closed = true;
    return Future.join(nodes.close(), replicas.close()).mapEmpty();
  }
}
