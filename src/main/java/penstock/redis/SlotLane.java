package penstock.redis;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.redis.cluster.Redirection;
import penstock.redis.cluster.SlotTable;
import penstock.redis.topology.ServerAddress;

/**
 * The commands of a link for one slot of a cluster, in order. They are pipelined to the node that
 * has the slot. When that one answers that another has it, or will have it, or when that becomes
 * known otherwise, what is under way is waited for, of which more may have to be sent elsewhere;
 * then these are sent again in the order in which they came, and behind them those that came
 * meanwhile. So none overtakes one before it: what is under way is all at one node. Unless the slot
 * leaves that node and is back before it has read all of it: what it reads then it does, though it
 * refused what was before. What is only read is asked again then; nobody who writes relies on it.
 *
 * <p>What is refused since the slot is on its way from node to node, or nobody's, is sent again
 * after a while, for a time; then it fails, as what goes to a node that is away does at once:
 * nothing was done, and the other slots are not concerned.
 *
 * <p>A lane for reading may lead to a replica ({@link LaneSource}). Whatever that one does not
 * answer well is asked of the master, and so is what was read behind it.
 */
final class SlotLane {

  /** After so many, each further redirection is followed after a pause. */
  private static final int PROMPT = 3;

  /** Between two attempts. */
  private static final long PAUSE_MILLIS = 20;

  /**
   * How long one waits for a slot that nobody has: not as long as a master takes to be replaced, so
   * that callers hear of it.
   */
  private static final long DOWN_MILLIS = 500;

  private final int slot;
  private final SlotLink link;

  /** Null if all goes to the master. */
  private final @Nullable LaneSource source;

  // Below: guarded by this.
  private long placed;
  private int underWay;

  /** Where what is under way was sent. */
  private @Nullable LaneDestination at;

  private boolean holding;

  /** It is found out whether what is held may go where it is to go. */
  private boolean opening;

  private long pause;
  private List<SlotCall<?>> refused = new ArrayList<>(0);
  private List<SlotCall<?>> waiting = new ArrayList<>(0);

  /**
   * @param source where is read from; null if the lane is not for reading, or all is read from the
   *     master
   */
  SlotLane(int slot, SlotLink link, @Nullable LaneSource source) {
    this.slot = slot;
    this.link = link;
    this.source = source;
  }

  /** A command that was sent, and what will come of it. */
  private record Sent<T>(SlotCall<T> call, @Nullable LaneDestination to, Future<T> outcome) {

    boolean isOfReplica() {
      return to != null && to.replicaOf() != null;
    }
  }

  <T> void send(SlotCall<T> call) {
    Sent<T> sent = null;
    boolean full = false;
    boolean resumes = false;
    synchronized (this) {
      call.placed(placed++);
      LaneDestination to = destination(call);
      if (!holding && (underWay > 0 && !Objects.equals(at, to) || !isOpen(to))) {
        holding = true;
        pause = 0;
        resumes = underWay == 0;
      }
      if (!holding) {
        sent = begin(call, to);
      } else if (link.hold()) {
        waiting.add(call);
      } else {
        full = true;
      }
    }
    if (sent != null) {
      await(sent);
    } else if (full) {
      call.settle(Future.failedFuture(RedisFailures.tooBusy()));
    }
    if (resumes) {
      resume();
    }
  }

  /** Where it is to go now; null if nobody has the slot. */
  private @Nullable LaneDestination destination(SlotCall<?> call) {
    ServerAddress asked = call.asked();
    if (asked != null) {
      return LaneDestination.to(asked);
    }
    LaneSource reading = source;
    return reading == null
        ? link.owner(slot).map(LaneDestination::to).orElse(null)
        : link.ownership(slot).map(reading::destination).orElse(null);
  }

  private boolean isOpen(@Nullable LaneDestination to) {
    return to == null || source == null || source.isOpen(to);
  }

  /** What is read from now on is at least what the slot's master has now. */
  void renew() {
    LaneSource reading = source;
    if (reading != null) {
      synchronized (this) {
        reading.renew();
      }
    }
  }

  /** Called with the lock held: so commands go out in order. */
  private <T> Sent<T> begin(SlotCall<T> call, @Nullable LaneDestination to) {
    underWay++;
    at = to;
    if (source != null && (to == null || to.replicaOf() == null)) {
      // A replica may not have what is read there.
      source.renew();
    }
    call.begun();
    Future<T> outcome;
    if (link.isClosed()) {
      outcome = Future.failedFuture(RedisFailures.notSent(link.downReason()));
    } else if (to == null) {
      outcome = Future.failedFuture(nobody());
    } else {
      outcome = sendTo(to, call);
    }
    return new Sent<>(call, to, outcome);
  }

  private <T> Future<T> sendTo(LaneDestination to, SlotCall<T> call) {
    LaneSource reading = source;
    SlotTable.Owner master = to.replicaOf();
    return reading == null || master == null
        ? call.sendOver(link.node(to.node()), to.node())
        : call.sendOver(link.replica(to.node()), to.node())
            .compose(reply -> reading.confirm(master).map(reply));
  }

  /** Called without the lock: an outcome may be known already, and is told to others then. */
  private <T> void await(Sent<T> sent) {
    sent.outcome().onComplete(done -> ended(sent, done));
  }

  private <T> void ended(Sent<T> sent, AsyncResult<T> outcome) {
    SlotCall<T> call = sent.call();
    boolean failsReplica = outcome.failed() && sent.isOfReplica() && isForMaster(outcome.cause());
    Long wait =
        outcome.succeeded()
            ? null
            : failsReplica ? Long.valueOf(0) : pauseBeforeRetry(call, outcome.cause());
    boolean kept = false;
    boolean lost = false;
    boolean resumes;
    long millis;
    synchronized (this) {
      underWay--;
      if (failsReplica && source != null) {
        source.leave();
      }
      // What was asked behind what is to be asked again is to be asked again, too.
      boolean behind = wait == null && source != null && isBehindRefused(call);
      if (wait != null || behind) {
        kept = link.hold();
        lost = behind && !kept;
      }
      if (kept) {
        refused.add(call);
        pause = Math.max(holding ? pause : 0, wait == null ? 0 : wait);
        holding = true;
      }
      resumes = holding && underWay == 0;
      millis = pause;
    }
    if (lost) {
      call.settle(Future.failedFuture(RedisFailures.tooBusy()));
    } else if (!kept) {
      call.settle(
          outcome.succeeded() ? outcome : Future.failedFuture(named(call, outcome.cause())));
    }
    if (resumes) {
      link.later(millis, this::resume);
    }
  }

  /** Called with the lock held. */
  private boolean isBehindRefused(SlotCall<?> call) {
    return refused.stream().anyMatch(one -> one.order() < call.order());
  }

  /** Of a replica: the master would answer otherwise. */
  private static boolean isForMaster(Throwable failure) {
    return failure instanceof ProblemException problem
        ? problem.problem().type() != ProblemType.TOO_BUSY
        : !(failure instanceof RedisReplyException reply)
            || RedisFailures.isOfMaster(reply)
            || Redirection.of(Objects.requireNonNullElse(reply.getMessage(), "")).isPresent();
  }

  private void resume() {
    List<Sent<?>> sent = new ArrayList<>();
    LaneDestination closed = null;
    synchronized (this) {
      if (!holding || underWay > 0 || opening) {
        return;
      }
      List<SlotCall<?>> all = refused;
      all.sort(Comparator.comparingLong(SlotCall::order));
      all.addAll(waiting);
      int begun = 0;
      while (begun < all.size()) {
        LaneDestination to = destination(all.get(begun));
        if (underWay > 0 && !Objects.equals(at, to)) {
          break;
        }
        if (!isOpen(to)) {
          closed = to;
          opening = true;
          break;
        }
        sent.add(begin(all.get(begun++), to));
      }
      refused = new ArrayList<>(0);
      waiting = new ArrayList<>(all.subList(begun, all.size()));
      holding = !waiting.isEmpty();
      pause = 0;
      link.release(begun);
    }
    sent.forEach(this::await);
    if (closed != null) {
      open(closed);
    }
  }

  private void open(LaneDestination to) {
    LaneSource reading = Objects.requireNonNull(source);
    reading
        .open(to)
        .onComplete(
            done -> {
              synchronized (this) {
                opening = false;
                if (done.succeeded()) {
                  reading.opened(to);
                } else {
                  reading.refuse();
                }
              }
              resume();
            });
  }

  /** In milliseconds; null if the call is not to be sent again. */
  private @Nullable Long pauseBeforeRetry(SlotCall<?> call, Throwable failure) {
    Redirection redirection = redirection(failure);
    if (redirection == null) {
      return isUndone(failure) && !link.isClosed() && hasMoved(call) ? prompt(call) : null;
    }
    ServerAddress told = redirection.to();
    ServerAddress to = told == null ? null : link.topology().table().known(told);
    switch (redirection.kind()) {
      case MOVED -> {
        if (to == null) {
          link.topology().refresh();
        } else if (link.owner(slot).equals(Optional.ofNullable(call.sentTo()))) {
          link.topology().moved(slot, to);
        }
      }
      case ASK -> {
        if (to != null) {
          call.ask(to);
        }
      }
      case TRYAGAIN -> {}
      case CLUSTERDOWN -> link.topology().refresh();
    }
    long patience =
        redirection.kind() == Redirection.Kind.CLUSTERDOWN ? DOWN_MILLIS : link.timeoutMillis();
    if (call.millisSince() > patience) {
      return null;
    }
    return switch (redirection.kind()) {
      case MOVED, ASK -> prompt(call);
      case TRYAGAIN, CLUSTERDOWN -> PAUSE_MILLIS;
    };
  }

  private static long prompt(SlotCall<?> call) {
    return call.attempts() <= PROMPT ? 0 : PAUSE_MILLIS;
  }

  private static @Nullable Redirection redirection(Throwable failure) {
    return failure.getCause() instanceof RedisReplyException reply
        ? Redirection.of(Objects.requireNonNullElse(reply.getMessage(), "")).orElse(null)
        : null;
  }

  /** It was not sent, or refused. */
  private static boolean isUndone(Throwable failure) {
    return failure instanceof ProblemException problem
        && problem.problem().type() == ProblemType.REDIS_UNAVAILABLE;
  }

  private boolean hasMoved(SlotCall<?> call) {
    return !link.owner(slot).equals(Optional.ofNullable(call.sentTo()));
  }

  private ProblemException nobody() {
    return new ProblemException(
        RedisFailures.notSent("no node is known to have slot " + slot).problem(),
        new RedisReplyException("CLUSTERDOWN slot " + slot + " is nobody's"));
  }

  /** What is away is said: it is a part of the cluster only. */
  private Throwable named(SlotCall<?> call, Throwable failure) {
    if (!isUndone(failure)) {
      return failure;
    }
    link.topology().refresh();
    ServerAddress node = call.sentTo();
    String why =
        node == null
            ? "nobody has it"
            : link.whyDown(node).map(down -> node + " is away (" + down + ")").orElse("");
    if (why.isEmpty()) {
      Redirection redirection = redirection(failure);
      if (redirection == null) {
        return failure;
      }
      why = node + " answers " + redirection.kind();
    }
    return RedisFailures.notSent("of the cluster, slot " + slot + " is out of reach: " + why);
  }
}
