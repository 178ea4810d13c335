package penstock.feed.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import java.lang.ref.WeakReference;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import penstock.event.Event;
import penstock.stream.Cursor;
import penstock.stream.LogState;
import penstock.stream.Position;
import penstock.stream.StreamName;
import penstock.stream.Term;
import penstock.stream.log.LogWriter;

class HistoryRingTest {

  /** What there may be of them is counted in the first digit of their ids. */
  private static final HistoryRing.Format<BufferedEvent> WEIGHED =
      format(piece -> BufferedEvent.unpack(piece, at(1)).attributes().id().charAt(0) - '0');

  private static HistoryRing.Format<BufferedEvent> format(ToIntFunction<byte[]> count) {
    return new HistoryRing.Format<>(
        BufferedEvent::pack, BufferedEvent::unpack, BufferedEvent::packedAt, count);
  }

  private static final LogState LOG =
      new LogState(
          "life", List.of(Term.parse("1:aaaa:0-0")), Position.ZERO, new Position(0, 0), 0, 1);

  private static Cursor at(long millis) {
    return Cursor.ofStream(
        new StreamName("orders"), List.of(LOG), List.of(new Position(millis, 0)));
  }

  private static HistoryRing<BufferedEvent> ring(int most) {
    return ring(format(one -> 1), most);
  }

  private static HistoryRing<BufferedEvent> ring(
      HistoryRing.Format<BufferedEvent> format, int most) {
    return new HistoryRing<>(format, at(0), most, 1 << 30, new HistoryQuota(1 << 30));
  }

  private static void add(HistoryRing<BufferedEvent> ring, long from, long to) {
    LongStream.range(from, to)
        .forEach(number -> add(ring, number, LogWriter.event("" + number, "t")));
    ring.publish();
  }

  private static void add(HistoryRing<BufferedEvent> ring, long number, Event event) {
    Cursor at = at(number + 1);
    ring.add(BufferedEvent.at(at, 0, event), at);
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
              HistoryRing<BufferedEvent> ring = ring(1_000);
              add(ring, 0, 500);
              for (long number = 500 - 64; number < 500; number++) {
                assertThat(ring.atHand(number)).isNotNull();
              }
            });
  }

  /** Where a collector lets old ones be, all of a history would be old. */
  @Test
  void whatIsFarBehindTheHeadIsLetGoOf() {
    HistoryRing<BufferedEvent> ring = ring(1_000);
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
              HistoryRing<BufferedEvent> ring = ring(1_000);
              add(ring, 0, 128 + 60);
              collect(new WeakReference<>(ring.find(128 + 59)));
              assertThat(ring.find(128 + 57).number()).isEqualTo(128 + 57);
              assertThat(ring.atHand(128 + 56)).isNull();
              assertThat(ring.atHand(128 + 59)).isNotNull();
              assertThat(ring.find(128).element().attributes().id()).isEqualTo("128");
              add(ring, 128 + 60, 128 + 61);
              assertThat(ring.atHand(128 + 60)).isNotNull();
            });
  }

  /** The block of which some are left has others at its place before. */
  @Test
  void theObjectsOfOneAreNeverAnothers() {
    int most = 130;
    HistoryRing<BufferedEvent> ring = ring(most);
    for (long next = 0; next < 2_000; next++) {
      add(ring, next, next + 1);
      for (long number = Math.max(0, next - most - 64); number <= next; number += 7) {
        HistoryRing.Numbered<BufferedEvent> found = ring.find(number);
        if (number <= next - most) {
          assertThat(found).isNull();
        } else {
          assertThat(found.number()).isEqualTo(number);
          assertThat(found.at()).isEqualTo(at(number + 1));
          assertThat(found.element().attributes().id()).isEqualTo("" + number);
        }
      }
      assertThat(ring.find(next + 1)).isNull();
    }
  }

  @Test
  void whatIsAddedIsSeenWhenItIsPublished() {
    HistoryRing<BufferedEvent> ring = ring(10);
    add(ring, 0, LogWriter.event("0", "t"));
    assertThat(ring.head()).isZero();
    ring.publish();
    assertThat(ring.head()).isOne();
    assertThat(ring.at(0)).isEqualTo(at(1));
    assertThat(ring.floor().before()).isEqualTo(at(0));
  }

  @Test
  void whatIsBeforeTheOldestIsKnown() {
    HistoryRing<BufferedEvent> ring = ring(10);
    assertThat(ring.before(0)).isEqualTo(at(0));
    assertThat(ring.before(1)).isNull();
    add(ring, 0, 25);
    assertThat(ring.before(14)).isNull();
    for (long number = 15; number <= 25; number++) {
      assertThat(ring.before(number)).isEqualTo(at(number));
    }
    assertThat(ring.before(26)).isNull();
  }

  /** As many batches of a view as their keys leave room for. */
  @Test
  void someCountMoreThanOthers() {
    HistoryRing<BufferedEvent> ring = ring(WEIGHED, 12);
    add(ring, 10, 16);
    assertThat(ring.floor().oldest()).isZero();
    add(ring, 70, 71);
    assertThat(ring.floor().oldest()).isEqualTo(1);
    add(ring, 80, 81);
    assertThat(ring.floor().oldest()).isEqualTo(7);
    add(ring, 90, 91);
    assertThat(ring.floor().oldest()).isEqualTo(8);
    assertThat(ring.find(7)).isNull();
    assertThat(ring.find(8).element().attributes().id()).isEqualTo("90");
  }

  @Test
  void oneMayAlwaysStay() {
    HistoryRing<BufferedEvent> ring = ring(WEIGHED, 5);
    add(ring, 90, 91);
    assertThat(ring.find(0)).isNotNull();
    add(ring, 80, 81);
    assertThat(ring.find(0)).isNull();
    assertThat(ring.find(1)).isNotNull();
  }

  /** A block of large ones would be megabytes, and take as long on an event loop. */
  @Test
  void noMoreIsMadeAgainAtOnceThanIsWritten() {
    await()
        .untilAsserted(
            () -> {
              HistoryRing<BufferedEvent> ring = ring(1_000);
              for (long number = 0; number < 60; number++) {
                add(ring, number, LogWriter.event("" + number, null, "t", "x".repeat(10_000)));
              }
              ring.publish();
              collect(new WeakReference<>(ring.find(59)));
              assertThat(ring.find(10).number()).isEqualTo(10);
              assertThat(ring.atHand(16)).isNotNull();
              assertThat(ring.atHand(17)).isNull();
              assertThat(ring.find(17).number()).isEqualTo(17);
              assertThat(ring.atHand(23)).isNotNull();
            });
  }

  @Test
  void whatItTakesOthersHaveWhenItIsClosed() {
    var quota = new HistoryQuota(1 << 20);
    var ring = new HistoryRing<>(format(one -> 1), at(0), 1_000, 1 << 20, quota);
    add(ring, 0, 100);
    assertThat(quota.taken()).isPositive();
    assertThat(ring.isClosed()).isFalse();
    ring.close();
    assertThat(quota.taken()).isZero();
    assertThat(ring.isClosed()).isTrue();
    assertThat(ring.find(99)).isNotNull();
  }
}
