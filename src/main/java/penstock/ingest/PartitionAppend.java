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
import penstock.stream.Partition;
import penstock.stream.Position;
import penstock.stream.Term;
import penstock.stream.log.EventLog;
import penstock.stream.registry.Stream;

/** Runs {@code append.lua} for one partition. */
final class PartitionAppend {

  private static final Script SCRIPT = Script.named("append");

  private final Partition partition;
  private final Keys.OfPartition keys;
  private final EventLog log;
  private final DurableCall durable;

  PartitionAppend(Stream stream, Partition partition, EventLog log, Supplier<RedisLink> links) {
    this.partition = partition;
    this.keys = log.keys(partition);
    this.log = log;
    this.durable = new DurableCall(stream, SCRIPT, links);
  }

  Future<BatchResult> run(AppendBatch batch) {
    int events = batch.entries().size();
    return durable.run(call(batch)).map(reply -> DurableCall.read(reply, of -> result(of, events)));
  }

  private Request call(AppendBatch batch) {
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
    return call;
  }

  private BatchResult result(Response reply, int events) {
    List<EventResult> results = new ArrayList<>(events);
    for (int i = 0; i < events; i++) {
      results.add(
          new EventResult.Appended(
              partition.index(),
              Position.parse(reply.get(2 + 2 * i).toString()),
              RedisNumber.intOf(reply.get(3 + 2 * i)) == 1));
    }
    return new BatchResult(reply.get(0).toString(), Term.parse(reply.get(1).toString()), results);
  }
}
