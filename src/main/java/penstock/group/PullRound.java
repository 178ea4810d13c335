package penstock.group;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import penstock.event.EventFields;
import penstock.group.GroupRepository.Delivered;
import penstock.group.GroupRepository.Pulled;
import penstock.group.GroupRepository.Return;
import penstock.group.GroupRepository.Share;
import penstock.problem.IsolatedCall;
import penstock.redis.RedisClock;
import penstock.stream.Position;
import penstock.stream.filter.EventFilter;

/**
 * Asks the partitions that may have something, one after the other, for some pulls together, and
 * deals out what they have. Belongs to its {@link PullQueue}'s event loop.
 *
 * <p>What the filter does not let pass is acknowledged at once; what no event can be read from, and
 * what was delivered too often, is set aside. A partition is asked for more than is wanted where
 * the filter let nothing pass before; what is too much then is given back.
 */
final class PullRound {

  private static final Logger LOG = Logger.getLogger(PullRound.class);

  /** Doublings of what is asked for, until it is as much as a script delivers. */
  private static final int MOST_DOUBLINGS = 8;

  private final GroupRepository repository;
  private final GroupName name;
  private final FilterCache filters;
  private final Supplier<GroupMeters> meters;
  private final RedisClock clock;
  private final List<WaitingPull> pulls;

  private boolean foundMore;

  PullRound(
      GroupRepository repository,
      GroupName name,
      FilterCache filters,
      Supplier<GroupMeters> meters,
      RedisClock clock,
      List<WaitingPull> pulls) {
    this.repository = repository;
    this.name = name;
    this.filters = filters;
    this.meters = meters;
    this.clock = clock;
    this.pulls = pulls;
  }

  /** Completes when the partitions were asked, or all pulls have what they want. */
  Future<Void> run(List<PullPartition> partitions) {
    return next(partitions, 0);
  }

  /** Whether a partition had more than the pulls wanted, or than one script reads. */
  boolean foundMore() {
    return foundMore;
  }

  private Future<Void> next(List<PullPartition> partitions, int at) {
    List<WaitingPull> hungry =
        pulls.stream().filter(one -> one.missing() > 0 && !one.isCancelled()).toList();
    if (at == partitions.size() || hungry.isEmpty()) {
      return Future.succeededFuture();
    }
    PullPartition partition = partitions.get(at);
    long asked = partition.now();
    return repository
        .pull(partition.partition(), name, shares(hungry))
        .compose(
            pulled -> {
              if (pulled.more()) {
                foundMore = true;
              } else {
                partition.hadNothing(asked);
              }
              partition.due(pulled.nextMillis());
              deal(partition, pulled, hungry);
              return next(partitions, at + 1);
            });
  }

  private static List<Share> shares(List<WaitingPull> hungry) {
    int left = GroupRepository.MOST;
    var shares = new ArrayList<Share>(hungry.size());
    for (WaitingPull pull : hungry) {
      int wanted =
          Math.min(
              left - (hungry.size() - shares.size() - 1),
              pull.missing() << Math.min(MOST_DOUBLINGS, pull.vain()));
      wanted = Math.clamp(wanted, 1, GroupRepository.MOST);
      left -= wanted;
      shares.add(new Share(pull.request().name(), wanted, pull.request().leaseMillis()));
    }
    return shares;
  }

  private void deal(PullPartition partition, Pulled pulled, List<WaitingPull> hungry) {
    GroupMeters counted = meters.get();
    IsolatedCall.run(() -> counted.vanished(pulled.vanished()));
    EventFilter filter = filters.of(pulled.filter());
    var filtered = new ArrayList<String>();
    var unreadable = new ArrayList<String>();
    var surplus = new ArrayList<String>();
    var exhausted = new HashMap<Long, List<String>>();
    for (int i = 0; i < hungry.size(); i++) {
      WaitingPull pull = hungry.get(i);
      boolean vain = !pulled.messages().get(i).isEmpty();
      for (Delivered one : pulled.messages().get(i)) {
        PulledMessage message = read(one);
        if (message == null) {
          unreadable.add(one.ack().delivery());
        } else if (!filter.matches(message.event())) {
          filtered.add(one.ack().delivery());
        } else if (pull.missing() == 0) {
          surplus.add(one.ack().delivery());
        } else {
          vain = false;
          pull.messages().add(message);
          IsolatedCall.run(() -> counted.delivered(one.ack().number(), age(one.ack())));
        }
      }
      if (vain) {
        pull.roundWasVain();
      }
    }
    for (Delivered one : pulled.exhausted()) {
      PulledMessage message = read(one);
      String delivery = one.ack().delivery() + "#";
      if (message != null && !filter.matches(message.event())) {
        filtered.add(delivery);
      } else {
        exhausted.computeIfAbsent(one.ack().number(), none -> new ArrayList<>()).add(delivery);
      }
    }
    if (!filtered.isEmpty()) {
      IsolatedCall.run(() -> counted.filtered(filtered.size()));
      logged(repository.ack(partition.partition(), name, pulled.group(), "filtered", filtered));
    }
    back(partition, pulled, counted, Return.UNSEEN, surplus);
    back(
        partition,
        pulled,
        counted,
        Return.dropped("no event can be read from the entry"),
        unreadable);
    exhausted.forEach(
        (number, deliveries) ->
            back(
                partition,
                pulled,
                counted,
                Return.dropped("not acknowledged in time at delivery " + number + " of " + number),
                deliveries));
  }

  private void back(
      PullPartition partition,
      Pulled pulled,
      GroupMeters counted,
      Return how,
      List<String> deliveries) {
    if (!deliveries.isEmpty()) {
      logged(
          repository
              .nack(partition.partition(), name, pulled.group(), how, deliveries)
              .onSuccess(
                  returned -> IsolatedCall.run(() -> counted.setAside(returned.setAside()))));
    }
  }

  /** Nobody waits for it: what fails is done when the lease has run out. */
  private void logged(Future<?> done) {
    done.onFailure(
        failure ->
            LOG.debugf("it is tried again later: group=%s reason=%s", name, failure.getMessage()));
  }

  private static @Nullable PulledMessage read(Delivered one) {
    try {
      return new PulledMessage(one.ack(), EventFields.read(one.fields()));
    } catch (IllegalArgumentException notOurs) {
      return null;
    }
  }

  private long age(AckId ack) {
    return ack.event().startsWith("!")
        ? RedisClock.UNKNOWN
        : clock.age(Position.parse(ack.event()).millis());
  }

  /** Gives back what a pull was dealt whose client is gone, as if it had not been delivered. */
  static void giveBack(
      GroupRepository repository,
      GroupName name,
      Map<Integer, PullPartition> partitions,
      List<PulledMessage> messages) {
    var byPartition = new HashMap<Integer, List<PulledMessage>>();
    for (PulledMessage message : messages) {
      byPartition
          .computeIfAbsent(message.ack().partition(), none -> new ArrayList<>())
          .add(message);
    }
    byPartition.forEach(
        (index, some) ->
            repository.nack(
                Objects.requireNonNull(partitions.get(index)).partition(),
                name,
                some.getFirst().ack().group(),
                Return.UNSEEN,
                some.stream().map(one -> one.ack().delivery()).toList()));
  }
}
