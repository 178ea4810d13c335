package penstock.tenant;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;
import penstock.http.Namespace;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.redis.RedisNumber;
import penstock.stream.Partition;
import penstock.stream.registry.Stream;
import penstock.stream.registry.Streams;

/**
 * Counts, from time to time, how many events the tenants keep and how many wait, over all their
 * streams. While Redis does not answer, what was counted last is what counts.
 */
@ApplicationScoped
class TenantMonitor {

  private static final Logger LOG = Logger.getLogger(TenantMonitor.class);
  private static final Count NONE = new Count(0, 0);

  /** Partitions of which it is asked at a time, so that what others ask does not wait. */
  private static final int STEP = 100;

  private final Vertx vertx;
  private final Streams streams;
  private final Keys keys;
  private final RedisLink link;
  private final Duration interval;
  private final AtomicBoolean counting = new AtomicBoolean();
  private long timer = -1;

  /**
   * What was counted.
   *
   * @param at which count it is, from 1; 0 before the first
   */
  private record Counts(long at, Map<String, Count> byTenant) {}

  private volatile Counts counts = new Counts(0, Map.of());

  /**
   * Of one tenant.
   *
   * @param stored events in logs
   * @param delayed events that wait
   */
  record Count(long stored, long delayed) {

    Count plus(Count other) {
      return new Count(stored + other.stored, delayed + other.delayed);
    }
  }

  @Inject
  TenantMonitor(Vertx vertx, Streams streams, Keys keys, RedisLinks links, TenantsConfig config) {
    this.vertx = vertx;
    this.streams = streams;
    this.keys = keys;
    this.link = links.commands();
    this.interval = config.countInterval();
  }

  /** From now on it counts. */
  void begin() {
    timer = vertx.setPeriodic(1, interval.toMillis(), tick -> count());
  }

  @PreDestroy
  void end() {
    vertx.cancelTimer(timer);
  }

  Duration interval() {
    return interval;
  }

  /** Which count {@link #of} is of. */
  long counted() {
    return counts.at();
  }

  Count of(String tenant) {
    return counts.byTenant().getOrDefault(tenant, NONE);
  }

  /** Counts anew, unless that is under way. */
  private void count() {
    if (!counting.compareAndSet(false, true)) {
      return;
    }
    streams
        .all()
        .compose(all -> count(partitions(all), 0, new HashMap<>()))
        .onSuccess(found -> counts = new Counts(counts.at() + 1, Map.copyOf(found)))
        .onFailure(failure -> LOG.debugf("tenants not counted: %s", failure.getMessage()))
        .onComplete(done -> counting.set(false));
  }

  private static List<Partition> partitions(List<Stream> all) {
    return all.stream()
        .filter(stream -> !Namespace.ofName(stream.name().value()).isNone())
        .flatMap(stream -> stream.partitions().stream())
        .toList();
  }

  private Future<Map<String, Count>> count(
      List<Partition> all, int from, Map<String, Count> found) {
    if (from >= all.size()) {
      return Future.succeededFuture(found);
    }
    int to = Math.min(all.size(), from + STEP);
    List<Partition> some = all.subList(from, to);
    return Future.all(some.stream().map(this::count).toList())
        .compose(
            counted -> {
              for (int i = 0; i < some.size(); i++) {
                found.merge(
                    Namespace.ofName(some.get(i).stream().value()).tenant(),
                    counted.<Count>resultAt(i),
                    Count::plus);
              }
              return count(all, to, found);
            });
  }

  private Future<Count> count(Partition partition) {
    Keys.OfPartition of = keys.partition(partition.stream().value(), partition.index());
    Future<Long> stored = link.send(Command.XLEN, of.events()).map(RedisNumber::longOf);
    Future<Long> delayed = link.send(Command.ZCARD, of.due()).map(RedisNumber::longOf);
    return Future.all(stored, delayed).map(both -> new Count(stored.result(), delayed.result()));
  }
}
