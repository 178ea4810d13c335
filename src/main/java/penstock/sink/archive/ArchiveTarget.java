package penstock.sink.archive;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import penstock.json.JsonSyntaxException;
import penstock.problem.IsolatedCall;
import penstock.sink.Delivery;
import penstock.sink.Outcome;
import penstock.sink.SinkTarget;
import penstock.stream.Partition;

/**
 * The archive of one sink. What it is given of a partition goes in bulk requests one after the
 * other, none larger than is declared, unless one event is; a request that is too large for the
 * cluster is halved, until it is one event that is.
 */
final class ArchiveTarget implements SinkTarget {

  private static final int OK = 200;
  private static final int TOO_LARGE = 413;

  private final int batch;
  private final ClusterConnection cluster;
  private final DocumentWriter documents;
  private final @Nullable TemplateWriter template;

  /** Bytes of a request: as declared, or less if the cluster took less. */
  private final AtomicLong bulkSize;

  /** One request of a partition at a time. */
  private final ConcurrentMap<Partition, BulkQueue> turns = new ConcurrentHashMap<>();

  /** Done, under way, or null if it has to be done. */
  private final AtomicReference<@Nullable Future<Void>> prepared = new AtomicReference<>();

  /**
   * @param batch events in one request at most
   */
  ArchiveTarget(ArchiveSettings settings, int batch, ClusterConnection cluster) {
    this.batch = batch;
    this.cluster = cluster;
    this.documents = new DocumentWriter(settings.index(), settings.indexTime());
    this.template = settings.template() ? new TemplateWriter(settings, cluster) : null;
    this.bulkSize = new AtomicLong(settings.bulkSize());
  }

  @Override
  public Future<Void> prepare() {
    if (template == null) {
      return Future.succeededFuture();
    }
    Future<Void> known = prepared.get();
    if (known != null) {
      return known;
    }
    Future<Void> begun = template.put();
    prepared.set(begun);
    return begun.onFailure(failed -> prepared.compareAndSet(begun, null));
  }

  @Override
  public Future<List<Outcome>> deliver(List<Delivery> deliveries) {
    Partition partition = deliveries.getFirst().partition();
    // Written while the one before is under way.
    Bulk first = Bulk.first(deliveries, bulkSize.get(), documents);
    return turns
        .computeIfAbsent(partition, absent -> new BulkQueue(batch, bulkSize::get, this::deliverNow))
        .deliver(first, deliveries);
  }

  private Future<List<Outcome>> deliverNow(Bulk first, List<Delivery> deliveries) {
    var outcomes = new ArrayList<Outcome>(deliveries.size());
    return IsolatedCall.begin(() -> deliver(first, deliveries, outcomes))
        .map(done -> (List<Outcome>) outcomes)
        .otherwise(
            failed -> {
              Outcome again = retry(reason(failed));
              outcomes.addAll(Collections.nCopies(deliveries.size() - outcomes.size(), again));
              return outcomes;
            });
  }

  private Future<Void> deliver(Bulk next, List<Delivery> deliveries, List<Outcome> outcomes) {
    return send(next)
        .compose(
            some -> {
              outcomes.addAll(some);
              if (outcomes.size() == deliveries.size()) {
                return Future.succeededFuture();
              }
              List<Delivery> rest = deliveries.subList(outcomes.size(), deliveries.size());
              return deliver(Bulk.first(rest, bulkSize.get(), documents), deliveries, outcomes);
            });
  }

  /** An outcome for each event of the request; never fails. */
  private Future<List<Outcome>> send(Bulk bulk) {
    return cluster
        .bulk(bulk.lines())
        .compose(
            answer -> answered(bulk, answer),
            failed -> Future.succeededFuture(all(bulk, retry(reason(failed)))));
  }

  private Future<List<Outcome>> answered(Bulk bulk, ClusterAnswer answer) {
    return switch (answer.status()) {
      case OK -> Future.succeededFuture(outcomes(bulk, answer));
      case TOO_LARGE -> tooLarge(bulk);
      default ->
          Future.succeededFuture(
              all(
                  bulk,
                  new Outcome.Retry(
                      "the cluster answered " + answer.status(), answer.retryAfter())));
    };
  }

  private static List<Outcome> outcomes(Bulk bulk, ClusterAnswer answer) {
    try {
      List<Outcome> outcomes = BulkAnswer.outcomes(answer.body());
      return outcomes.size() == bulk.count()
          ? outcomes
          : all(bulk, retry("the answer is of %d documents".formatted(outcomes.size())));
    } catch (JsonSyntaxException e) {
      return all(bulk, retry("the answer is not that of a bulk request: " + e.getMessage()));
    }
  }

  private Future<List<Outcome>> tooLarge(Bulk bulk) {
    if (bulk.count() == 1) {
      return Future.succeededFuture(
          all(
              bulk,
              new Outcome.Refused(
                  "status-" + TOO_LARGE,
                  "the cluster does not take a request of %d bytes, which has this event alone"
                      .formatted(bulk.lines().length()))));
    }
    long half = bulk.lines().length() / 2;
    bulkSize.accumulateAndGet(Math.max(ArchiveSettings.LEAST_BULK, half), Math::min);
    var outcomes = new ArrayList<Outcome>(bulk.count());
    return halves(bulk, outcomes).map(done -> outcomes);
  }

  private Future<Void> halves(Bulk bulk, List<Outcome> outcomes) {
    int middle = bulk.count() / 2;
    List<Delivery> first = bulk.deliveries().subList(0, middle);
    List<Delivery> second = bulk.deliveries().subList(middle, bulk.count());
    return send(Bulk.first(first, Long.MAX_VALUE, documents))
        .compose(
            some -> {
              outcomes.addAll(some);
              return send(Bulk.first(second, Long.MAX_VALUE, documents));
            })
        .map(
            others -> {
              outcomes.addAll(others);
              return null;
            });
  }

  private static List<Outcome> all(Bulk bulk, Outcome outcome) {
    return Collections.nCopies(bulk.count(), outcome);
  }

  private static Outcome retry(String reason) {
    return new Outcome.Retry(reason, null);
  }

  private static String reason(Throwable failed) {
    return failed.getMessage() == null ? failed.toString() : failed.getMessage();
  }

  @Override
  public Future<Void> close() {
    return cluster.close();
  }
}
