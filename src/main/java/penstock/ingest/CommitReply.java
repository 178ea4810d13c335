package penstock.ingest;

import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import penstock.redis.RedisNumber;
import penstock.stream.Position;
import penstock.stream.Term;

/**
 * What {@code append.lua} says of a batch.
 *
 * @param life of the partition's log
 * @param term in which the events were appended
 * @param results of each event, in order
 * @param duplicates how many of them were there already
 */
record CommitReply(String life, Term term, List<EventResult> results, int duplicates) {

  /**
   * Reads the script's reply.
   *
   * @throws RuntimeException if it is not one to so many events
   */
  static CommitReply of(Response reply, int partition, int events) {
    var results = new ArrayList<EventResult>(events);
    int duplicates = 0;
    for (int i = 0; i < events; i++) {
      boolean duplicate = RedisNumber.intOf(reply.get(3 + 2 * i)) == 1;
      results.add(
          new EventResult(partition, Position.parse(reply.get(2 + 2 * i).toString()), duplicate));
      duplicates += duplicate ? 1 : 0;
    }
    return new CommitReply(
        reply.get(0).toString(), Term.parse(reply.get(1).toString()), results, duplicates);
  }
}
