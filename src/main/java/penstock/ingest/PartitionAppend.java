package penstock.ingest;

import io.vertx.core.Future;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import penstock.problem.IsolatedCall;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.RedisNumber;
import penstock.redis.Script;
import penstock.stream.LogEntry;
import penstock.stream.Partition;
import penstock.stream.Position;
import penstock.stream.Term;
import penstock.stream.log.EventLog;
import penstock.stream.log.LogNews;
import penstock.stream.log.LogPage;
import penstock.stream.log.OrderedNews;
import penstock.stream.log.RawRecord;
import penstock.stream.registry.Stream;
import penstock.stream.tail.AnswerListener;
import penstock.stream.tail.CarriedCommit;
import penstock.stream.tail.Tail;

/** Runs {@code append.lua} for one partition. */
final class PartitionAppend {

  private static final Script SCRIPT = Script.named("append");

  private final Partition partition;
  private final Keys.OfPartition keys;
  private final EventLog log;
  private final Tail tail;
  private final DurableCall durable;

  PartitionAppend(
      Stream stream, Partition partition, EventLog log, Tail tail, Supplier<RedisLink> links) {
    this.partition = partition;
    this.keys = log.keys(partition);
    this.log = log;
    this.tail = tail;
    this.durable = new DurableCall(stream, SCRIPT, links);
  }

  Future<BatchResult> run(AppendBatch batch) {
    AnswerListener listener = isToldByAnswer(batch) ? tail.listener(keys) : AnswerListener.NONE;
    if (listener.count() == 0) {
      return send(call(batch), batch, listener, List.of(), null);
    }
    List<RawRecord> records = listener.wantRecords() ? records(batch) : List.of();
    CarriedCommit carried = records.isEmpty() ? null : tail.carry(keys, records);
    return IsolatedCall.begin(
            () -> send(call(batch, listener, carried), batch, listener, records, carried))
        .onFailure(
            unknown -> {
              tail.look(listener, keys);
              if (carried != null) {
                carried.failed(unknown);
              }
            });
  }

  /** As they will be written, and as those have them who only want to be woken. */
  private static List<RawRecord> records(AppendBatch batch) {
    List<RawRecord> records = new ArrayList<>(batch.entries().size());
    for (EncodedEvent entry : batch.entries()) {
      records.add(RawRecord.of(Position.ZERO, entry.fields(), entry.event()));
    }
    return records;
  }

  private Future<BatchResult> send(
      Request call,
      AppendBatch batch,
      AnswerListener listener,
      List<RawRecord> records,
      @Nullable CarriedCommit carried) {
    return durable
        .run(call)
        .map(reply -> DurableCall.read(reply, of -> result(of, batch, listener, records, carried)));
  }

  /** Not what is to be replicated before it is answered: readers need not wait for that. */
  private boolean isToldByAnswer(AppendBatch batch) {
    return durable.stream().replicas() == 0
        && batch.entries().stream().mapToInt(EncodedEvent::bytes).sum() <= OrderedNews.MOST_BYTES;
  }

  private Request call(
      AppendBatch batch, AnswerListener listener, @Nullable CarriedCommit carried) {
    if (carried == null) {
      return call(batch).arg(listener.count());
    }
    var more = new ArrayList<>(List.of(keys.events(), keys.log()));
    more.addAll(carried.keys());
    Request call = arguments(durable.with(more.toArray(String[]::new)), batch);
    carried.write(call.arg(listener.count()));
    return call;
  }

  private Request call(AppendBatch batch) {
    return arguments(durable.with(keys.events(), keys.log()), batch);
  }

  private Request arguments(Request call, AppendBatch batch) {
    call.arg(keys.seen())
        .arg(log.newLife())
        .arg(durable.stream().dedupWindow().toMillis())
        .arg(batch.entries().size());
    for (EncodedEvent entry : batch.entries()) {
      call.arg(entry.digest()).arg(entry.fields().size());
      for (byte[] field : entry.fields()) {
        call.arg(field);
      }
    }
    return call;
  }

  private BatchResult result(
      Response reply,
      AppendBatch batch,
      AnswerListener listener,
      List<RawRecord> records,
      @Nullable CarriedCommit carried) {
    int events = batch.entries().size();
    List<EventResult> results = new ArrayList<>(events);
    List<Position> positions = new ArrayList<>(events);
    for (int i = 0; i < events; i++) {
      Position position = Position.parse(reply.get(2 + 2 * i).toString());
      positions.add(position);
      results.add(
          new EventResult.Appended(
              partition.index(), position, RedisNumber.intOf(reply.get(3 + 2 * i)) == 1));
    }
    var result =
        new BatchResult(reply.get(0).toString(), Term.parse(reply.get(1).toString()), results);
    boolean isCommitted =
        carried != null && carried.appended(positions, reply.get(reply.size() - 1));
    if (reply.size() - (carried == null ? 0 : 1) > 2 + 2 * events) {
      LogNews news = news(reply, 2 + 2 * events, batch, result, records);
      tail.answered(listener, keys, news, isCommitted);
    }
    return result;
  }

  private static LogNews news(
      Response reply, int from, AppendBatch batch, BatchResult result, List<RawRecord> records) {
    List<LogEntry> entries = new ArrayList<>(result.events().size());
    List<RawRecord> fresh = new ArrayList<>(records.size());
    for (int i = 0; i < result.events().size(); i++) {
      if (result.events().get(i) instanceof EventResult.Appended one && !one.duplicate()) {
        entries.add(new LogEntry(one.position(), batch.entries().get(i).event()));
        if (!records.isEmpty()) {
          fresh.add(records.get(i).at(one.position()));
        }
      }
    }
    return new LogNews(
        result.life(),
        result.term(),
        Position.parse(reply.get(from).toString()),
        Position.parse(reply.get(from + 1).toString()),
        RedisNumber.longOf(reply.get(from + 2)),
        RedisNumber.longOf(reply.get(from + 3)),
        LogPage.of(entries),
        fresh);
  }
}
