package penstock.feed.view;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import penstock.feed.FeedConfig;
import penstock.feed.frame.HistoryQuota;
import penstock.problem.Problem;
import penstock.problem.ProblemType;
import penstock.redis.RedisLink;
import penstock.stream.Cursor;
import penstock.stream.LogState;
import penstock.stream.Position;
import penstock.stream.tail.TailSource;
import penstock.view.Generation;
import penstock.view.ViewDefinition;
import penstock.view.read.ChangelogReader;

/**
 * Reads a view for its feed, all over one link, so that each read sees at least what those sent
 * before it saw. What was read of a buffer counts only once a look that was sent behind it has
 * found the buffer to be what is still served; otherwise the read fails with {@link
 * StaleGenerationException}.
 */
final class ConfirmedReads {

  /** In a page of a snapshot; mostly its size ends it before. */
  private static final int MOST_ENTRIES = 1_000;

  private final ViewDefinition view;
  private final ChangelogReader changes;
  private final RedisLink link;

  /** What is read may be older than what another instance showed of it. */
  private final boolean ofReplica;

  private final FeedConfig config;
  private final HistoryQuota quota;

  ConfirmedReads(
      ViewDefinition view,
      ChangelogReader changes,
      RedisLink link,
      boolean ofReplica,
      FeedConfig config,
      HistoryQuota quota) {
    this.view = view;
    this.changes = changes;
    this.link = link;
    this.ofReplica = ofReplica;
    this.config = config;
    this.quota = quota;
  }

  ViewDefinition view() {
    return view;
  }

  /**
   * A buffer from the present end of the changes on. Its generation is the one that is served
   * before and behind the look at them.
   */
  Future<ChangeBuffer> open() {
    return changes
        .served(view, link)
        .compose(
            generation -> {
              changes.renew(view, generation, link);
              return states(generation)
                  .compose(
                      states ->
                          changes
                              .served(view, link)
                              .map(again -> buffer(generation, again, states)));
            });
  }

  private ChangeBuffer buffer(Generation generation, Generation again, List<LogState> states) {
    if (!again.equals(generation) || states.stream().anyMatch(state -> state.life().isEmpty())) {
      throw new StaleGenerationException();
    }
    return new ChangeBuffer(
        view.name(),
        generation,
        states,
        config.historyEvents(),
        config.historySize().asLongValue(),
        quota);
  }

  private Future<List<LogState>> states(Generation generation) {
    return Future.all(
            generation.partitions().stream()
                .map(
                    partition ->
                        changes
                            .after(view, generation, partition.index(), Position.ZERO, 0, link)
                            .map(found -> found.state()))
                .toList())
        .map(all -> all.<LogState>list());
  }

  /** The changes of a buffer's partitions, to be followed. */
  List<TailSource> sources(ChangeBuffer buffer) {
    var sources = new ArrayList<TailSource>();
    for (int p = 0; p < buffer.states().size(); p++) {
      sources.add(changes.source(view, buffer.generation(), p));
    }
    return List.copyOf(sources);
  }

  /** Which keys changed behind some places, one for each partition; looks at the buffer itself. */
  Future<ChangeSet> changed(ChangeBuffer buffer, List<Position> from, int most) {
    Future<Generation> served = changes.served(view, link);
    var parts = new ArrayList<Future<ChangelogReader.ChangelogPage>>();
    for (int p = 0; p < from.size(); p++) {
      parts.add(changes.after(view, buffer.generation(), p, from.get(p), most, link));
    }
    return served.compose(
        generation ->
            Future.all(parts)
                .map(
                    all -> {
                      List<ChangelogReader.ChangelogPage> found = all.list();
                      requireServed(
                          buffer,
                          generation,
                          found.stream().map(ChangelogReader.ChangelogPage::state).toList());
                      if (ofReplica && ChangeSet.isBehind(from, found)) {
                        throw behind();
                      }
                      return ChangeSet.of(from, most, found);
                    }));
  }

  /** A reader comes from where more was seen: it waits until that is here too. */
  RuntimeException behind() {
    return Problem.passing(
            ProblemType.NOT_YET_APPLIED,
            "The replica that the view is read from does not have yet what the cursor covers.",
            Duration.ofSeconds(1))
        .exception();
  }

  /** Whether what a cursor covers is of a later term than the buffer has heard of. */
  boolean isAhead(ChangeBuffer buffer, Cursor cursor) {
    return ofReplica && buffer.isBeforeTermOf(cursor);
  }

  /** What keys are now, as JSON by key, in as many reads as it takes. */
  Future<Map<String, Buffer>> values(ChangeBuffer buffer, List<String> keys) {
    return confirmed(buffer, allValues(buffer, keys));
  }

  private Future<Map<String, Buffer>> allValues(ChangeBuffer buffer, List<String> keys) {
    return changes
        .values(view, buffer.generation(), keys, link)
        .compose(
            first -> {
              Map<String, Buffer> found = first.json();
              if (found.size() == keys.size()) {
                return Future.succeededFuture(found);
              }
              return allValues(buffer, keys.subList(found.size(), keys.size()))
                  .map(
                      rest -> {
                        found.putAll(rest);
                        return found;
                      });
            });
  }

  /** What keys are now; maybe not all of them, but at least one. */
  Future<ChangelogReader.CurrentValues> someValues(ChangeBuffer buffer, List<String> keys) {
    return confirmed(buffer, changes.values(view, buffer.generation(), keys, link));
  }

  /** Entries in the order of their keys, from behind one on; null for the first. */
  Future<ChangelogReader.SnapshotPage> page(ChangeBuffer buffer, @Nullable String after) {
    return confirmed(
        buffer,
        changes.page(
            view,
            buffer.generation(),
            after,
            MOST_ENTRIES,
            config.replaySize().asLongValue(),
            link));
  }

  /** All generations of the view that are known. */
  Future<List<Generation>> known() {
    return changes.known(view);
  }

  /**
   * The look is sent when the read was answered: one that is pipelined could come first, if Redis
   * did not know the read's script.
   */
  private <T> Future<T> confirmed(ChangeBuffer buffer, Future<T> read) {
    return read.compose(found -> confirm(buffer).map(found));
  }

  private Future<Void> confirm(ChangeBuffer buffer) {
    Future<Generation> served = changes.served(view, link);
    Future<List<LogState>> states = states(buffer.generation());
    return Future.all(served, states)
        .map(
            both -> {
              requireServed(buffer, served.result(), states.result());
              buffer.saw(states.result());
              return null;
            });
  }

  private static void requireServed(ChangeBuffer buffer, Generation served, List<LogState> states) {
    boolean same = served.equals(buffer.generation());
    for (int p = 0; same && p < states.size(); p++) {
      same = buffer.isOf(p, states.get(p));
    }
    if (!same) {
      throw new StaleGenerationException();
    }
  }
}
