package penstock.feed.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import penstock.Patience;
import penstock.feed.CountedTimers;
import penstock.feed.OwnVertx;
import penstock.feed.frame.BufferedEvent;
import penstock.stream.LogState;
import penstock.stream.Partition;
import penstock.stream.PartitionPosition;
import penstock.stream.Position;
import penstock.stream.StreamName;
import penstock.stream.Term;
import penstock.stream.log.LogWriter;

class RecentPagesTest {

  private static final Duration BRIEF = Duration.ofMillis(200);
  private static final long PLENTY = 1 << 30;
  private static final Partition ORDERS = new Partition(new StreamName("orders"), 0);
  private static final Partition OTHERS = new Partition(new StreamName("others"), 0);

  @RegisterExtension final OwnVertx own = new OwnVertx();
  private final Vertx vertx = own.vertx();
  private final CountedTimers timers = new CountedTimers(vertx);

  private RecentPages pages(Duration keep) {
    return new RecentPages(timers.vertx(), PLENTY, keep);
  }

  private static Position at(long millis) {
    return new Position(millis, 0);
  }

  /** Keeps a page that has the one event behind a position. */
  private static void keep(RecentPages pages, Partition partition, long from) {
    Position end = at(from + 1);
    var log = new LogState("life", List.of(Term.parse("1:aaaa:0-0")), Position.ZERO, end, 1, 1);
    BufferedEvent event =
        BufferedEvent.withoutId(0, PartitionPosition.in(log, end), LogWriter.event("" + end, null));
    pages.keep(partition, at(from), new ReplayPage(0, log, List.of(event), end));
  }

  private static Duration since(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos);
  }

  @Test
  void keepsEachPageAsLongAsItShouldWithOneTimer() {
    RecentPages pages = pages(BRIEF);
    long began = System.nanoTime();
    for (int from = 0; from < 100; from++) {
      keep(pages, from % 2 == 0 ? ORDERS : OTHERS, from);
      assertThat(timers.pending()).isLessThanOrEqualTo(1);
    }
    long late = began + BRIEF.dividedBy(2).toNanos();
    await().until(() -> System.nanoTime() - late > 0);
    long lastBegan = System.nanoTime();
    keep(pages, ORDERS, 100);
    await().until(() -> pages.behind(ORDERS, at(0)) == null);
    assertThat(since(began)).isGreaterThanOrEqualTo(BRIEF);
    await().until(() -> pages.behind(ORDERS, at(100)) == null);
    assertThat(since(lastBegan)).isGreaterThanOrEqualTo(BRIEF);
    assertThat(pages.bytes()).isZero();
    assertThat(timers.pending()).isZero();
  }

  @Test
  void hasNoTimerWhenAllIsForgotten() {
    RecentPages pages = pages(Patience.LIMIT);
    keep(pages, ORDERS, 0);
    keep(pages, OTHERS, 0);
    pages.forget(ORDERS);
    assertThat(pages.behind(ORDERS, at(0))).isNull();
    assertThat(pages.behind(OTHERS, at(0))).isNotNull();
    assertThat(timers.pending()).isEqualTo(1);
    pages.forget(OTHERS);
    assertThat(pages.bytes()).isZero();
    assertThat(timers.pending()).isZero();
    keep(pages, ORDERS, 0);
    assertThat(timers.pending()).isEqualTo(1);
  }

  @Test
  void aTimerThatWentOffBeforeItWasCancelledDoesNothing() {
    RecentPages pages = pages(BRIEF);
    // As long as the test has the lock, the timer cannot do what it is for.
    synchronized (pages) {
      keep(pages, ORDERS, 0);
      await().until(() -> timers.pending() == 0);
      pages.forget(ORDERS);
      keep(pages, ORDERS, 1);
    }
    await().until(() -> timers.ran() == 2);
    assertThat(pages.bytes()).isZero();
    assertThat(timers.set()).isEqualTo(2);
  }
}
