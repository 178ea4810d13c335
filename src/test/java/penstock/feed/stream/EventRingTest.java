package penstock.feed.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import java.lang.ref.WeakReference;
import java.util.List;
import org.junit.jupiter.api.Test;
import penstock.feed.frame.BufferedEvent;
import penstock.feed.frame.HistoryQuota;
import penstock.stream.Cursor;
import penstock.stream.LogState;
import penstock.stream.Position;
import penstock.stream.StreamName;
import penstock.stream.Term;
import penstock.stream.log.LogWriter;

class EventRingTest {

  private static final LogState LOG =
      new LogState(
          "life", List.of(Term.parse("1:aaaa:0-0")), Position.ZERO, new Position(0, 0), 0, 1);

  private static Cursor at(long millis) {
    return Cursor.ofStream(
        new StreamName("orders"), List.of(LOG), List.of(new Position(millis, 0)));
  }

  private static EventRing ring(int most) {
    return new EventRing(at(0), most, 1 << 30, new HistoryQuota(1 << 30).new Share());
  }

  private static void add(EventRing ring, long from, long to) {
    for (long number = from; number < to; number++) {
      Cursor at = at(number + 1);
      ring.add(BufferedEvent.at(at, 0, LogWriter.event("" + number, "t")), at);
    }
    ring.publish();
  }

  private static void collect(WeakReference<?> one) {
    await()
        .untilAsserted(
            () -> {
              System.gc();
              assertThat(one.get()).isNull();
            });
  }

  /** Unless a collection comes just then. */
  @Test
  void readersAtTheHeadMakeNone() {
    await()
        .untilAsserted(
            () -> {
              EventRing ring = ring(1_000);
              add(ring, 0, 500);
              for (long number = 500 - 64; number < 500; number++) {
                assertThat(ring.atHand(number)).isNotNull();
              }
            });
  }

  /** Where a collector lets old ones be, all of a history would be old. */
  @Test
  void whatIsFarBehindTheHeadIsLetGoOf() {
    EventRing ring = ring(1_000);
    add(ring, 0, 500);
    for (long number = 0; number < 500 - 128; number++) {
      assertThat(ring.atHand(number)).isNull();
    }
  }

  /** Of thousands of streams each has some at the head when a collection comes. */
  @Test
  void whoeverWantsTheNewestAgainDoesNotMakeThoseBefore() {
    await()
        .untilAsserted(
            () -> {
              EventRing ring = ring(1_000);
              add(ring, 0, 128 + 60);
              collect(new WeakReference<>(ring.find(128 + 59)));
              assertThat(ring.find(128 + 57).number()).isEqualTo(128 + 57);
              assertThat(ring.atHand(128 + 56)).isNull();
              assertThat(ring.atHand(128 + 59)).isNotNull();
              assertThat(ring.find(128).event().attributes().id()).isEqualTo("128");
              add(ring, 128 + 60, 128 + 61);
              assertThat(ring.atHand(128 + 60)).isNotNull();
            });
  }

  /** The block of which some are left has others at its place before. */
  @Test
  void theObjectsOfOneAreNeverAnothers() {
    int most = 130;
    EventRing ring = ring(most);
    for (long next = 0; next < 2_000; next++) {
      add(ring, next, next + 1);
      for (long number = Math.max(0, next - most - 64); number <= next; number += 7) {
        EventRing.NumberedEvent found = ring.find(number);
        if (number <= next - most) {
          assertThat(found).isNull();
        } else {
          assertThat(found.number()).isEqualTo(number);
          assertThat(found.at()).isEqualTo(at(number + 1));
          assertThat(found.event().attributes().id()).isEqualTo("" + number);
        }
      }
      assertThat(ring.find(next + 1)).isNull();
    }
  }

  @Test
  void whatIsAddedIsSeenWhenItIsPublished() {
    EventRing ring = ring(10);
    Cursor at = at(1);
    ring.add(BufferedEvent.at(at, 0, LogWriter.event("0", "t")), at);
    assertThat(ring.head()).isZero();
    ring.publish();
    assertThat(ring.head()).isOne();
    assertThat(ring.at(0)).isEqualTo(at);
    assertThat(ring.floor().before()).isEqualTo(at(0));
  }
}
