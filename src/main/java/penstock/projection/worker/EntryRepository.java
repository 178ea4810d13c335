package penstock.projection.worker;

import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.List;
import penstock.consumer.BlockingCall;
import penstock.consumer.worker.Lease;
import penstock.projection.ProjectionShard;
import penstock.redis.RedisLink;
import penstock.redis.RedisNumber;
import penstock.redis.Script;
import penstock.view.read.EntryFields;

/** The entries of one shard in Redis, but for what commits write. Blocks; not for event loops. */
final class EntryRepository {

  /** Entries removed by one script. */
  private static final int CLEAR_STEP = 200;

  private static final Script ENTRY = Script.named("entry");
  private static final Script CLEAR = Script.named("clear");

  /** Elements of the reply of {@code entry.lua} before the entries. */
  private static final int ENTRIES_FROM = 4;

  private final ProjectionShard shard;
  private final RedisLink reads;
  private final RedisLink writes;

  EntryRepository(ProjectionShard shard, RedisLink reads, RedisLink writes) {
    this.shard = shard;
    this.reads = reads;
    this.writes = writes;
  }

  /**
   * Reads the entries of the keys into a cache; only those of the first keys if they are large. The
   * keys must be unknown to the cache: then no commit under way changes them, and what is read is
   * the truth.
   *
   * @param batch the number of the batch that needs them
   */
  void load(List<String> keys, EntryCache cache, long batch) throws InterruptedException {
    if (keys.isEmpty()) {
      return;
    }
    Request request =
        ENTRY
            .call(shard.names().state(), shard.names().index(), shard.log().log())
            .arg(shard.names().entries())
            .arg(FoldBatch.MAX_BYTES);
    keys.forEach(request::arg);
    Response reply = BlockingCall.of(ENTRY.run(reads, request));
    for (int i = ENTRIES_FROM; i < reply.size(); i++) {
      cache.put(keys.get(i - ENTRIES_FROM), EntryFields.read(reply.get(i)), batch);
    }
  }

  /** Removes some entries of an earlier life; true if there are more. */
  boolean clearSome(Lease lease) throws InterruptedException {
    return RedisNumber.intOf(
            BlockingCall.of(
                CLEAR.run(
                    writes,
                    CLEAR
                        .call(
                            shard.log().events(),
                            shard.log().log(),
                            shard.names().state(),
                            shard.names().index(),
                            shard.names().changes())
                        .arg(lease.fence())
                        .arg(shard.names().entries())
                        .arg(CLEAR_STEP))))
        == 1;
  }
}
