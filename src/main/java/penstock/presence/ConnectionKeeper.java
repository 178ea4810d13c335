package penstock.presence;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import penstock.member.Member;
import penstock.member.MemberConnection;
import penstock.problem.IsolatedCall;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.stream.Partition;

/**
 * Keeps members present while connections of this instance speak for them: sends their heartbeats,
 * all that are due together, and lets their time to live run when the last connection has ended. If
 * this instance dies, so do the heartbeats.
 *
 * <p>Bounded by the connections that there may be; one script a partition is under way at a time.
 * Has an event loop of its own, on which all of it happens.
 */
@ApplicationScoped
class ConnectionKeeper {

  private static final Logger LOG = Logger.getLogger(ConnectionKeeper.class);

  /** A tenth of the shortest time to live by default, and no load. */
  private static final int TICK_MILLIS = 100;

  /** After a failure of Redis, which says so at once while it is away. */
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final Vertx vertx;
  private final Context context;
  private final RoomPartitioner rooms;
  private final PresenceRepository repository;
  private final PresenceMeters meters;
  private final Map<Member, ConnectedMember> members = new HashMap<>();
  private final Set<Partition> busy = new HashSet<>();
  private boolean ticks;
  private boolean flushes;

  @Inject
  ConnectionKeeper(
      Vertx vertx, RoomPartitioner rooms, PresenceRepository repository, PresenceMeters meters) {
    this.vertx = vertx;
    this.context = ((VertxInternal) vertx).createEventLoopContext();
    this.rooms = rooms;
    this.repository = repository;
    this.meters = meters;
  }

  /** From now on the connection speaks for its member, until it has ended. Any thread. */
  void begin(@Observes MemberConnection connection) {
    context.runOnContext(
        go -> {
          long now = System.nanoTime();
          members
              .computeIfAbsent(
                  connection.member(), member -> new ConnectedMember(member, connection.ttl(), now))
              .begin(connection.ttl(), now);
          meters.connected(members.size());
          flushSoon();
        });
    connection.ended().onComplete(ended -> context.runOnContext(go -> end(connection)));
  }

  private void end(MemberConnection connection) {
    ConnectedMember member = members.get(connection.member());
    if (member != null) {
      member.end(connection.ttl(), System.nanoTime());
      flushSoon();
    }
  }

  /** What begins and ends in the same turn goes out together. */
  private void flushSoon() {
    if (!flushes) {
      flushes = true;
      context.runOnContext(
          go -> {
            flushes = false;
            IsolatedCall.run(this::flush);
          });
    }
    if (!ticks) {
      ticks = true;
      vertx.setTimer(TICK_MILLIS, over -> context.runOnContext(go -> tick()));
    }
  }

  private void tick() {
    ticks = false;
    IsolatedCall.run(this::flush);
    if (!members.isEmpty() && !ticks) {
      ticks = true;
      vertx.setTimer(TICK_MILLIS, over -> context.runOnContext(go -> tick()));
    }
  }

  private void flush() {
    long now = System.nanoTime();
    var due = new HashMap<Partition, List<ConnectedMember>>();
    for (ConnectedMember member : members.values()) {
      if (member.isDue(now)) {
        // Known at once, but for the first time and when Redis was emptied.
        rooms
            .of(member.member().room())
            .onSuccess(
                partition -> due.computeIfAbsent(partition, none -> new ArrayList<>()).add(member))
            .onFailure(failure -> LOG.debugf("presence: %s", failure.getMessage()));
      }
    }
    due.forEach(this::send);
  }

  /** One script after the other; what becomes due meanwhile waits for the next turn. */
  private void send(Partition partition, List<ConnectedMember> due) {
    if (!busy.add(partition)) {
      return;
    }
    Future<Void> sent = Future.succeededFuture();
    for (int from = 0; from < due.size(); from += PresenceRepository.MOST_HEARTBEATS) {
      int to = Math.min(due.size(), from + PresenceRepository.MOST_HEARTBEATS);
      List<ConnectedMember> some = due.subList(from, to);
      sent = sent.compose(before -> sendBatch(partition, some));
    }
    sent.onComplete(done -> busy.remove(partition));
  }

  /** Never fails: what does is tried again. */
  private Future<Void> sendBatch(Partition partition, List<ConnectedMember> some) {
    long now = System.nanoTime();
    List<Heartbeat> heartbeats = some.stream().map(member -> member.beat(now)).toList();
    return IsolatedCall.begin(() -> repository.arrive(partition, heartbeats, true))
        .recover(
            failure ->
                isFull(failure)
                    ? repository.arrive(partition, heartbeats, false)
                    : Future.failedFuture(failure))
        .onSuccess(results -> IsolatedCall.run(() -> answered(some, results)))
        .otherwise(
            failure -> {
              LOG.debugf(
                  "presence: members not kept: partition=%s count=%d reason=\"%s\"",
                  partition, some.size(), failure.getMessage());
              long later = System.nanoTime();
              some.forEach(member -> drop(member, member.failed(later, RETRY_NANOS)));
              return List.of();
            })
        .mapEmpty();
  }

  private static boolean isFull(Throwable failure) {
    return failure instanceof ProblemException problem
        && problem.problem().type() == ProblemType.REDIS_FULL;
  }

  private void answered(List<ConnectedMember> some, List<HeartbeatResult> results) {
    long now = System.nanoTime();
    for (int i = 0; i < some.size(); i++) {
      HeartbeatResult.State state = results.get(i).state();
      IsolatedCall.run(() -> meters.beaten(state));
      boolean in = state != HeartbeatResult.State.FULL && state != HeartbeatResult.State.REFUSED;
      drop(some.get(i), some.get(i).answered(in, now));
    }
  }

  private void drop(ConnectedMember member, boolean over) {
    if (over) {
      members.remove(member.member());
      meters.connected(members.size());
    }
  }
}
