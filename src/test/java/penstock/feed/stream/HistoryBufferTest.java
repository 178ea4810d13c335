package penstock.feed.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import penstock.feed.frame.FrameBatch;
import penstock.stream.Cursor;
import penstock.stream.CursorScope;
import penstock.stream.LogEntry;
import penstock.stream.LogState;
import penstock.stream.PartitionPosition;
import penstock.stream.Position;
import penstock.stream.StreamName;
import penstock.stream.Term;
import penstock.stream.filter.EventFilter;
import penstock.stream.log.LogWriter;

class HistoryBufferTest {

  private static final StreamName ORDERS = new StreamName("orders");
  private static final long PLENTY = 1 << 30;

  /** What a slot counts for beside its frame: itself and its cursor's place. */
  private static final int SLOT_OVERHEAD = 508;

  private static LogState log(long last, String... terms) {
    return new LogState(
        "life",
        List.of(terms).stream().map(Term::parse).toList(),
        Position.ZERO,
        new Position(last, 0),
        last,
        1);
  }

  private static LogState log(long last) {
    return log(last, "1:aaaa:0-0");
  }

  private static Cursor at(long millis) {
    return at(PartitionPosition.in(log(millis), new Position(millis, 0)));
  }

  private static Cursor at(PartitionPosition place) {
    return new Cursor(CursorScope.ofStream(ORDERS, List.of(log(0))), List.of(place));
  }

  private static List<LogEntry> entries(long from, long to) {
    return LongStream.range(from, to)
        .mapToObj(
            i ->
                new LogEntry(
                    new Position(i, 0), LogWriter.event("" + i, i % 2 == 0 ? "even" : "odd")))
        .toList();
  }

  private static HistoryBuffer lane(long last, int events, long bytes) {
    return new HistoryBuffer(ORDERS, List.of(log(last)), events, bytes);
  }

  @Test
  void aReaderAtItsBeginningMissesNothing() {
    HistoryBuffer lane = lane(10, 4, PLENTY);
    assertThat(lane.behind(at(9))).isEqualTo(-1);
    assertThat(lane.behind(at(10))).isZero();
    lane.add(0, log(12), entries(11, 13));
    assertThat(lane.behind(at(10))).isZero();
    assertThat(lane.behind(at(11))).isEqualTo(1);
    assertThat(lane.behind(at(12))).isEqualTo(2);
    FrameBatch chunk = lane.from(0, EventFilter.OPEN, at(10));
    assertThat(chunk.events()).isEqualTo(2);
    assertThat(chunk.next()).isEqualTo(2);
    assertThat(chunk.at()).isEqualTo(at(12));
  }

  @Test
  void holdsNoMoreThanItMay() {
    HistoryBuffer lane = lane(0, 4, PLENTY);
    lane.add(0, log(10), entries(1, 11));
    assertThat(lane.behind(at(5))).isEqualTo(-1);
    assertThat(lane.behind(at(6))).isEqualTo(6);
    assertThat(lane.from(5, EventFilter.OPEN, at(5))).isNull();
    assertThat(lane.from(6, EventFilter.OPEN, at(6)).events()).isEqualTo(4);

    int one = frameBytes();
    HistoryBuffer narrow = lane(0, 1_000, 3L * one + 10);
    narrow.add(0, log(9), entries(1, 10));
    assertThat(narrow.behind(at(5))).isEqualTo(-1);
    assertThat(narrow.behind(at(6))).isEqualTo(6);
    HistoryBuffer tooNarrow = lane(0, 1_000, 1);
    tooNarrow.add(0, log(9), entries(1, 10));
    assertThat(tooNarrow.from(8, EventFilter.OPEN, at(8)).events()).isEqualTo(1);
  }

  private static int frameBytes() {
    HistoryBuffer lane = lane(0, 1, PLENTY);
    lane.add(0, log(1), entries(1, 2));
    return lane.from(0, EventFilter.OPEN, at(0)).frames().length() + SLOT_OVERHEAD;
  }

  @Test
  void aFilterPassesOverWhatItDoesNotWantAndStillMovesOn() {
    HistoryBuffer lane = lane(0, 100, PLENTY);
    lane.add(0, log(9), entries(1, 10));
    var even = new EventFilter(Set.of("even"), Set.of());
    FrameBatch chunk = lane.from(0, even, at(0));
    assertThat(chunk.events()).isEqualTo(4);
    assertThat(chunk.at()).isEqualTo(at(9));
    assertThat(chunk.frames().toString().split("\"id\":\"")).hasSize(5);
  }

  @Test
  void aReaderAheadOfTheLaneIsNotToldWhatItHas() {
    HistoryBuffer lane = lane(0, 100, PLENTY);
    lane.add(0, log(3), entries(1, 4));
    assertThat(lane.behind(at(5))).isEqualTo(3);
    assertThat(lane.behindUnchecked(at(5))).isEqualTo(-1);
    lane.add(0, log(7), entries(4, 8));
    FrameBatch chunk = lane.from(3, EventFilter.OPEN, at(5));
    assertThat(chunk.events()).isEqualTo(2);
  }

  @Test
  void aPlaceOfALostTailDoesNotJoin() {
    HistoryBuffer lane =
        new HistoryBuffer(ORDERS, List.of(log(8, "1:aaaa:0-0", "2:bbbb:8-0")), 100, PLENTY);
    assertThat(lane.behind(at(9))).isEqualTo(-1);
    assertThat(lane.behind(at(8))).isZero();
    assertThat(lane.behind(at(new PartitionPosition(3, 0xcccc, new Position(8, 0))))).isEqualTo(-1);
    assertThat(lane.behind(at(new PartitionPosition(2, 0xcccc, new Position(8, 0))))).isEqualTo(-1);
    lane.close();
    assertThat(lane.behind(at(8))).isEqualTo(-1);
  }

  @Test
  void readersSeeEveryEventOnceOrLearnThatTheyAreLate() throws Exception {
    long seed = System.nanoTime();
    long total = 200_000;
    HistoryBuffer lane = lane(0, 512, 100_000);
    List<Callable<Long>> readers = new ArrayList<>();
    for (int r = 0; r < 3; r++) {
      Random random = new Random(seed + r);
      readers.add(() -> read(lane, total, random));
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<Long>> all = new ArrayList<>();
      readers.forEach(reader -> all.add(threads.submit(reader)));
      Random random = new Random(seed);
      long next = 1;
      while (next <= total) {
        long end = Math.min(total + 1, next + 1 + random.nextInt(100));
        lane.add(0, log(end - 1), entries(next, end));
        next = end;
      }
      for (Future<Long> reader : all) {
        assertThat(reader.get()).as("seed %d", seed).isPositive();
      }
    }
  }

  /** Follows the lane to its end; jumps ahead when late, as if it had read from Redis. */
  private static long read(HistoryBuffer lane, long total, Random random) {
    long position = 0;
    long seen = 0;
    long number = lane.behind(at(0));
    while (position < total) {
      FrameBatch chunk = number < 0 ? null : lane.from(number, EventFilter.OPEN, at(position));
      if (chunk == null) {
        position = lane.floor(0).millis();
        number = lane.behind(at(position));
        continue;
      }
      String text = chunk.frames().toString();
      int from = 0;
      for (int i = 0; i < chunk.events(); i++) {
        from = text.indexOf("\"id\":\"", from) + 6;
        long id = Long.parseLong(text.substring(from, text.indexOf('"', from)));
        assertThat(id).isEqualTo(position + 1);
        position = id;
        seen++;
      }
      assertThat(chunk.at().position(0).millis()).isEqualTo(position);
      number = chunk.next();
      if (random.nextInt(10) == 0) {
        Thread.yield();
      }
    }
    return seen;
  }
}
