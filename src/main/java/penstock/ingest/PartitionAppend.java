package penstock.ingest;

import io.vertx.core.Future;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
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
    int told = listener.count();
    Future<BatchResult> done =
        durable
            .run(call(batch, told))
            .map(reply -> DurableCall.read(reply, of -> result(of, batch, listener)));
    return told > 0 ? done.onFailure(unknown -> tail.look(listener, keys)) : done;
  }

  /** Not what is to be replicated before it is answered: readers need not wait for that. */
  private boolean isToldByAnswer(AppendBatch batch) {
    return durable.stream().replicas() == 0
        && batch.entries().stream().mapToInt(EncodedEvent::bytes).sum() <= OrderedNews.MOST_BYTES;
  }

  private Request call(AppendBatch batch, int told) {
    Request call =
        durable
            .with(keys.events(), keys.log())
            .arg(keys.seen())
            .arg(log.newLife())
            .arg(durable.stream().dedupWindow().toMillis());
    for (EncodedEvent entry : batch.entries()) {
      call.arg(entry.digest()).arg(entry.fields().size());
      for (byte[] field : entry.fields()) {
        call.arg(field);
      }
    }
    return told > 0 ? call.arg(told) : call;
  }

  private BatchResult result(Response reply, AppendBatch batch, AnswerListener listener) {
    int events = batch.entries().size();
    List<EventResult> results = new ArrayList<>(events);
    for (int i = 0; i < events; i++) {
      results.add(
          new EventResult.Appended(
              partition.index(),
              Position.parse(reply.get(2 + 2 * i).toString()),
              RedisNumber.intOf(reply.get(3 + 2 * i)) == 1));
    }
    var result =
        new BatchResult(reply.get(0).toString(), Term.parse(reply.get(1).toString()), results);
    if (reply.size() > 2 + 2 * events) {
      tail.answered(listener, keys, news(reply, 2 + 2 * events, batch, result, listener));
    }
    return result;
  }

  private static LogNews news(
      Response reply, int from, AppendBatch batch, BatchResult result, AnswerListener listener) {
    List<LogEntry> entries = new ArrayList<>(result.events().size());
    List<RawRecord> records = new ArrayList<>();
    for (int i = 0; i < result.events().size(); i++) {
      if (result.events().get(i) instanceof EventResult.Appended one && !one.duplicate()) {
        EncodedEvent entry = batch.entries().get(i);
        entries.add(new LogEntry(one.position(), entry.event()));
        if (listener.wantRecords()) {
          records.add(RawRecord.of(one.position(), entry.fields(), entry.event()));
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
        records);
  }
}
