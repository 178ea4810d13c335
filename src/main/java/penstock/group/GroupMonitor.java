package penstock.group;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.quarkus.runtime.Startup;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToDoubleFunction;
import org.jboss.logging.Logger;
import penstock.problem.IsolatedCall;
import penstock.stream.registry.Stream;
import penstock.stream.registry.Streams;

/**
 * Looks at all groups of all streams from time to time, for the metrics: above all at those that
 * nobody pulls of any more. Every instance does, so that none is special.
 */
@Startup
@ApplicationScoped
class GroupMonitor {

  private static final Logger LOG = Logger.getLogger(GroupMonitor.class);

  /** So many are asked for their groups in one go; most have none. */
  private static final int STREAMS_AT_ONCE = 32;

  /** One for each partition of a group, over a link that has pulls to carry too. */
  private static final int SCRIPTS_AT_ONCE = 64;

  private final Vertx vertx;
  private final Streams streams;
  private final Groups groups;
  private final PullQueues queues;
  private final GroupConfig config;
  private final MultiGauge lag;
  private final MultiGauge pending;
  private final MultiGauge oldest;
  private final Map<Tags, AtomicReference<GroupStatus>> shown = new ConcurrentHashMap<>();
  private volatile boolean stopped;

  @Inject
  GroupMonitor(
      Vertx vertx,
      Streams streams,
      Groups groups,
      PullQueues queues,
      GroupConfig config,
      MeterRegistry registry) {
    this.vertx = vertx;
    this.streams = streams;
    this.groups = groups;
    this.queues = queues;
    this.config = config;
    lag =
        MultiGauge.builder("penstock.group.lag")
            .description("Events that the group has not delivered yet; NaN while not known")
            .register(registry);
    pending =
        MultiGauge.builder("penstock.group.pending")
            .description("Events that the group has delivered and that are not done")
            .register(registry);
    oldest =
        MultiGauge.builder("penstock.group.oldest")
            .description("Age of the oldest event that is not done")
            .baseUnit("seconds")
            .register(registry);
  }

  @PostConstruct
  void begin() {
    later();
  }

  @PreDestroy
  void end() {
    stopped = true;
  }

  private void later() {
    if (!stopped) {
      vertx.setTimer(config.monitorInterval().toMillis(), look -> look());
    }
  }

  private void look() {
    // One that is counted from now on may be newer than what is listed.
    var gone = new HashSet<>(queues.counted());
    IsolatedCall.begin(() -> streams.all().compose(all -> next(all, 0, new ArrayList<>(), gone)))
        .onSuccess(found -> IsolatedCall.run(() -> show(found)))
        .onSuccess(found -> IsolatedCall.run(() -> queues.forget(gone)))
        .onFailure(failure -> LOG.debugf("groups are looked at later: %s", failure.getMessage()))
        .onComplete(done -> later());
  }

  /**
   * Some streams after the others, so that it costs Redis little at a time.
   *
   * @param gone out of which those are taken that are there
   */
  private Future<List<GroupStatus>> next(
      List<Stream> all, int at, List<GroupStatus> found, Set<PullQueues.Id> gone) {
    if (at == all.size()) {
      return Future.succeededFuture(found);
    }
    int end = Math.min(all.size(), at + STREAMS_AT_ONCE);
    List<Stream> some = all.subList(at, end);
    return Future.all(some.stream().map(groups::all).toList())
        .compose(lists -> describe(some, lists.list(), 0, found, gone))
        .compose(done -> next(all, end, found, gone));
  }

  private Future<Void> describe(
      List<Stream> some,
      List<GroupList> lists,
      int at,
      List<GroupStatus> found,
      Set<PullQueues.Id> gone) {
    if (at == some.size()) {
      return Future.succeededFuture();
    }
    Stream stream = some.get(at);
    List<GroupList.Item> there = lists.get(at).groups();
    there.forEach(one -> gone.remove(new PullQueues.Id(stream.name(), new GroupName(one.name()))));
    return describe(stream, there, found)
        .compose(done -> describe(some, lists, at + 1, found, gone));
  }

  /** Some groups after the others. One that cannot be described now is left out. */
  private Future<Void> describe(Stream stream, List<GroupList.Item> all, List<GroupStatus> found) {
    if (all.isEmpty()) {
      return Future.succeededFuture();
    }
    int some = Math.clamp(SCRIPTS_AT_ONCE / stream.partitions().size(), 1, all.size());
    return Future.join(
            all.subList(0, some).stream()
                .map(
                    group ->
                        groups.describe(stream, new GroupName(group.name())).onSuccess(found::add))
                .toList())
        .otherwiseEmpty()
        .compose(done -> describe(stream, all.subList(some, all.size()), found));
  }

  private void show(List<GroupStatus> all) {
    all.forEach(
        one -> shown.computeIfAbsent(tags(one), absent -> new AtomicReference<>()).set(one));
    shown.keySet().retainAll(all.stream().map(GroupMonitor::tags).toList());
    show(lag, one -> one.lag() == null ? Double.NaN : one.lag());
    show(pending, GroupStatus::pending);
    show(oldest, GroupStatus::oldestSeconds);
  }

  private static Tags tags(GroupStatus one) {
    return Tags.of("stream", one.stream(), "group", one.name());
  }

  /**
   * A row stays while its group does: one that is put anew is missing for who scrapes meanwhile.
   */
  private void show(MultiGauge gauge, ToDoubleFunction<GroupStatus> value) {
    gauge.register(
        shown.entrySet().stream()
            .map(
                row ->
                    MultiGauge.Row.of(
                        row.getKey(), row.getValue(), last -> value.applyAsDouble(last.get())))
            .toList());
  }
}
