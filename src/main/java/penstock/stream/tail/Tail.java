package penstock.stream.tail;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.stream.LogState;
import penstock.stream.Partition;
import penstock.stream.log.EventLog;
import penstock.stream.log.LogNews;
import penstock.stream.log.OrderedNews;
import penstock.stream.log.RawRecord;

/**
 * Follows the logs of this instance's streams, for all who want to know: one loop for those who
 * want the entries, and one for those who only want to be woken, so that a busy log that nobody
 * wants to see is not read for nothing. It goes on from its position after a lost connection, so
 * that it misses nothing.
 */
@Startup
@ApplicationScoped
public class Tail {

  private final EventLog log;
  private final TailLoop entries;
  private final TailLoop wakes;

  /** For what is no log; the same as {@link #wakes} where all is read from the master. */
  private final TailLoop changes;

  @Inject
  public Tail(
      Vertx vertx, RedisLinks links, EventLog log, TailConfig config, MeterRegistry meters) {
    this.log = log;
    entries = new TailLoop("tail", vertx, links, log, config, TailLoop.Mode.ENTRIES);
    wakes = new TailLoop("tail-wakes", vertx, links, log, config, TailLoop.Mode.WAKES);
    changes =
        links.readsReplicas()
            ? new TailLoop("tail-changes", vertx, links, log, config, TailLoop.Mode.CHANGES)
            : wakes;
    for (TailLoop loop : new LinkedHashSet<>(List.of(entries, wakes, changes))) {
      Gauge.builder("penstock.tail.followed", loop, TailLoop::tailed)
          .description("Partitions followed now")
          .tags(loop.tags())
          .register(meters);
      FunctionCounter.builder("penstock.tail.reads", loop, TailLoop::reads)
          .description("Reads of logs with something new, or not looked at for a while")
          .tags(loop.tags())
          .register(meters);
    }
  }

  /** The event loop on which those are called who only want to be woken. */
  public Context wakes() {
    return wakes.context();
  }

  /**
   * The event loop on which those are called who follow what is no log, but for what this instance
   * changed itself.
   */
  public Context changes() {
    return changes.context();
  }

  /**
   * Begins to follow a partition.
   *
   * @return completes on the tail's event loop with the log's state once following has begun: every
   *     entry after its {@code last} will be delivered. Calls that come on the tail's event loop
   *     come behind that; those on another may come meanwhile. Fails as {@link RedisLink} says.
   */
  public Future<LogState> follow(Partition partition, TailListener listener) {
    return follow(logOf(partition), listener);
  }

  /**
   * Begins to follow what is no log, but read like one: its listener must want to be woken only,
   * since the entries are no events.
   */
  public Future<LogState> follow(TailSource source, TailListener listener) {
    return loopOf(source, listener).follow(source, listener);
  }

  /** Ends what {@link #follow} began. A call that is under way may still come. */
  public void unfollow(Partition partition, TailListener listener) {
    unfollow(logOf(partition), listener);
  }

  /** Ends what {@link #follow} began. A call that is under way may still come. */
  public void unfollow(TailSource source, TailListener listener) {
    loopOf(source, listener).unfollow(source, listener);
  }

  /**
   * Tells, whenever it is asked, the nanoseconds for which Redis has not answered what it was asked
   * of any of these partitions, if their entries are followed; 0 if it is asked nothing now. Within
   * {@code penstock.tail.check-interval} it is. Any thread.
   */
  public LongSupplier silence(List<Partition> partitions) {
    return entries.silence(
        partitions.stream().map(partition -> log.keys(partition).events()).toList());
  }

  /**
   * How this instance follows the partition of these keys, if such that what it appends need not be
   * published to it where nobody else follows: the answer is {@linkplain #answered given} to the
   * tail. Any thread.
   */
  public AnswerListener listener(Keys.OfPartition keys) {
    boolean wanted = entries.follows(keys.events());
    boolean wakes = this.wakes.follows(keys.events());
    return wanted && !entries.takesAnswers(keys.events())
            || wakes && !this.wakes.takesAnswers(keys.events())
        ? AnswerListener.NONE
        : new AnswerListener(wanted, wakes);
  }

  /**
   * What one of those who only want to be woken makes of events that this instance is about to
   * append, to be written with them; null if there is nothing like that. Any thread.
   *
   * @param records whose positions are not known yet
   */
  public @Nullable CarriedCommit carry(Keys.OfPartition keys, List<RawRecord> records) {
    return wakes.carry(keys.events(), records);
  }

  /**
   * This was appended by this instance, and was not published. Those who want the entries write
   * them to readers on the event loop that has the answer. Any thread.
   *
   * @param carried one of those who only want to be woken has taken it in: for them no loop need be
   *     woken either
   */
  public void answered(
      AnswerListener listener, Keys.OfPartition keys, LogNews news, boolean carried) {
    if (listener.wantEntries()) {
      entries.answeredHere(keys.events(), news.withoutRecords());
    }
    if (listener.wantRecords() && carried) {
      wakes.answeredHere(keys.events(), news);
    } else if (listener.wantRecords()) {
      wakes.answered(keys.events(), news);
    }
  }

  /** Something may have been appended by this instance that was not published. Any thread. */
  public void look(AnswerListener listener, Keys.OfPartition keys) {
    if (listener.wantEntries()) {
      entries.lookAt(keys.events());
    }
    if (listener.wantRecords()) {
      wakes.lookAt(keys.events());
    }
  }

  /**
   * The same of the changes of a view: how many listen here to each of the two channels, 1 or 0.
   * Any thread.
   */
  public int listeners(Keys.OfView names) {
    return changes.takesAnswers(names.changes()) ? 1 : 0;
  }

  /**
   * This was changed by this instance, and was not published. Those who follow the changes are
   * called on the thread that has the answer. Any thread.
   */
  public void answered(Keys.OfView names, OrderedNews news) {
    changes.answeredAtOnce(names.changes(), news);
  }

  /** Something may have been changed by this instance that was not published. Any thread. */
  public void look(Keys.OfView names) {
    changes.lookAt(names.changes());
  }

  private TailSource logOf(Partition partition) {
    Keys.OfPartition keys = log.keys(partition);
    return new TailSource.Log(partition, keys.events(), keys.told());
  }

  private TailLoop loopOf(TailSource source, TailListener listener) {
    if (listener.wantsEntries()) {
      return entries;
    }
    return source instanceof TailSource.Other ? changes : wakes;
  }

  @PreDestroy
  void close() {
    entries.close();
    wakes.close();
    if (changes != wakes) {
      changes.close();
    }
  }
}
