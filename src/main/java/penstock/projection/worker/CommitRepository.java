package penstock.projection.worker;

import io.vertx.core.Future;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import penstock.consumer.ProjectionConfig;
import penstock.consumer.worker.Lease;
import penstock.projection.ProjectionShard;
import penstock.redis.RedisLink;
import penstock.redis.RedisNumber;
import penstock.redis.Script;
import penstock.stream.Position;
import penstock.stream.Term;
import penstock.stream.deadletter.DeadLetter;
import penstock.stream.log.OrderedNews;
import penstock.view.fold.Entry;
import penstock.view.read.ChangeNews;

/**
 * Commits batches to one shard: the only way in which its entries are written. Futures complete on
 * the link's own thread and fail as {@link RedisLink} says; a refusal is a reply error with the
 * code that the header of {@code commit.lua} names.
 */
final class CommitRepository {

  /** Where in the reply is what else would have been published. */
  private static final int NEWS = 2;

  private final ProjectionShard shard;
  private final RedisLink link;
  private final ProjectionConfig.Changelog changes;
  private final Script commit;

  /**
   * @param link on which commits are done in order
   * @param changes what is remembered of which keys changed
   * @param commit {@code commit.lua}
   */
  CommitRepository(
      ProjectionShard shard, RedisLink link, ProjectionConfig.Changelog changes, Script commit) {
    this.shard = shard;
    this.link = link;
    this.changes = changes;
    this.commit = commit;
  }

  /**
   * Result of a commit.
   *
   * @param positions of the events
   * @param appended events that were ever appended to the log
   * @param applied how many of them are applied
   * @param news what was changed, if it was not published, since nobody else follows; null if it
   *     was, or nothing was changed
   */
  record Committed(
      List<Position> positions, long appended, long applied, @Nullable ChangeNews news) {}

  /**
   * Commits a batch.
   *
   * @param told the group was not given its events, and is moved behind them
   * @param listeners how many connections of this instance listen to what is told of the changes
   */
  Future<Committed> commit(Lease lease, FoldBatch batch, boolean told, int listeners) {
    List<EntryChange> changed = batch.changes();
    return run(lease, batch, changed, request(lease, batch, changed, told, listeners));
  }

  /** The keys of every commit behind those of the log. */
  List<String> keys() {
    return List.of(
        shard.names().state(), shard.names().index(), shard.names().changes(), shard.log().dead());
  }

  /**
   * Adds the arguments of the commit of a batch whose events are appended by the same script.
   *
   * @param changed what it changes
   * @param listeners how many connections of this instance listen to what is told of the changes
   */
  void write(
      Request append, Lease lease, FoldBatch batch, List<EntryChange> changed, int listeners) {
    arguments(append, lease, batch, changed, true, listeners).arg(0);
    writes(append, batch, changed);
  }

  /**
   * Commits what executes a command to the holder.
   *
   * @param batch without events of the log
   * @param command as it stands in the list
   * @param rest what is left of the command; empty if nothing
   * @param letter which it is about, if there is one; empty if not
   * @param failure why the letter stays; empty if it goes
   */
  Future<Committed> execute(
      Lease lease, FoldBatch batch, String command, String rest, String letter, String failure) {
    List<EntryChange> changed = batch.changes();
    return run(
        lease,
        batch,
        changed,
        request(
                lease,
                batch,
                changed,
                false,
                0,
                shard.log().failedReplays(),
                shard.names().requests())
            .arg(command)
            .arg(rest)
            .arg(letter)
            .arg(failure));
  }

  private static long bytes(List<EntryChange> changed) {
    long bytes = 0;
    for (EntryChange change : changed) {
      Entry after = change.after();
      bytes += after == null ? 0 : after.bytes();
    }
    return bytes;
  }

  /**
   * @param more keys behind those that every commit has
   */
  private Request request(
      Lease lease,
      FoldBatch batch,
      List<EntryChange> changed,
      boolean told,
      int listeners,
      String... more) {
    String[] keys =
        Stream.of(
                Stream.of(shard.log().events(), shard.log().log()),
                keys().stream(),
                Arrays.stream(more))
            .flatMap(some -> some)
            .toArray(String[]::new);
    Request request = arguments(commit.call(keys), lease, batch, changed, told, listeners);
    request.arg(batch.size());
    for (Position position : batch.positions()) {
      request.arg(position.toString());
    }
    writes(request, batch, changed);
    return request;
  }

  /** Adds what comes before the positions. */
  private Request arguments(
      Request request,
      Lease lease,
      FoldBatch batch,
      List<EntryChange> changed,
      boolean told,
      int listeners) {
    return request
        .arg(lease.fence())
        .arg(lease.life())
        .arg(shard.group())
        .arg(batch.from().toString())
        .arg(shard.names().entries())
        .arg(changes.maxAge().toMillis())
        .arg(changes.maxKeys())
        .arg(batch.skipped())
        .arg(told ? 1 : 0)
        .arg(bytes(changed) <= OrderedNews.MOST_BYTES ? listeners : 0);
  }

  /** Adds what comes behind them. */
  private void writes(Request request, FoldBatch batch, List<EntryChange> changed) {
    request.arg(changed.size());
    changed.forEach(change -> change.write(request));
    request.arg(batch.deadLetters().size());
    batch
        .deadLetters()
        .forEach(
            letter ->
                DeadLetter.write(
                    request,
                    DeadLetter.Owner.VIEW,
                    shard.view().name().value(),
                    shard.generation().id(),
                    letter.reason(),
                    letter.event()));
  }

  private Future<Committed> run(
      Lease lease, FoldBatch batch, List<EntryChange> changed, Request request) {
    return commit.run(link, request).map(reply -> read(reply, lease, batch.positions(), changed));
  }

  /** What the script says of a commit that was done. */
  static Committed read(
      Response reply, Lease lease, List<Position> positions, List<EntryChange> changed) {
    return new Committed(
        positions,
        RedisNumber.longOf(reply.get(0)),
        RedisNumber.longOf(reply.get(1)),
        reply.size() > NEWS ? news(lease, changed, reply) : null);
  }

  private static ChangeNews news(Lease lease, List<EntryChange> changed, Response reply) {
    var entries = new LinkedHashMap<String, @Nullable Entry>();
    changed.forEach(change -> entries.put(change.key(), change.after()));
    return new ChangeNews(
        Position.parse(reply.get(NEWS).toString()),
        lease.life(),
        Term.parse(reply.get(NEWS + 1).toString()),
        Position.parse(reply.get(NEWS + 2).toString()),
        Position.parse(reply.get(NEWS + 3).toString()),
        entries);
  }
}
