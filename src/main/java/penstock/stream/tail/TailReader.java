package penstock.stream.tail;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import penstock.redis.RedisLink;
import penstock.stream.log.LogPage;

/**
 * Reads many followed logs with one XREAD, each from its position. It asks for as many entries of
 * each log as should make up the wanted size, judged by the sizes of those read before. Belongs to
 * its {@link TailLoop}'s event loop.
 */
final class TailReader {

  /** Until the sizes of entries are known. */
  private static final int FIRST_COUNT = 16;

  private final RedisLink link;
  private final int mostEntries;
  private final long wantedBytes;
  private int count;

  TailReader(RedisLink link, TailConfig config) {
    this.link = link;
    this.mostEntries = config.readCount();
    this.count = Math.min(FIRST_COUNT, mostEntries);
    this.wantedBytes = config.readSize().asLongValue();
  }

  /** How many entries of each log the next read asks for. */
  int count() {
    return count;
  }

  /** What the logs brought, by the name in Redis; those with nothing new are absent. */
  Future<Map<String, Response>> read(List<TailedLog> logs) {
    if (logs.isEmpty()) {
      return Future.succeededFuture(Map.of());
    }
    Request request = Request.cmd(Command.XREAD).arg("COUNT").arg(count).arg("STREAMS");
    logs.forEach(one -> request.arg(one.keyArgument()));
    logs.forEach(one -> request.arg(one.positionArgument()));
    return link.send(request).map(TailReader::byName);
  }

  private static Map<String, Response> byName(@Nullable Response reply) {
    var found = new HashMap<String, Response>();
    if (reply != null) {
      reply.forEach(log -> found.put(log.get(0).toString(), log.get(1)));
    }
    return found;
  }

  /** Adapts the count to a page that was read: the next entries may be like these. */
  void adapt(LogPage page) {
    long fitting = wantedBytes * page.read() / Math.max(1, page.bytes());
    count = (int) Math.max(1, Math.min(Math.min(mostEntries, 2L * count), fitting));
  }
}
