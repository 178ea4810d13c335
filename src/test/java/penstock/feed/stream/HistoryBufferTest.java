package penstock.feed.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import penstock.event.Event;
import penstock.event.EventData;
import penstock.feed.frame.BufferedEvent;
import penstock.feed.frame.ByteRing;
import penstock.feed.frame.FrameBatch;
import penstock.feed.frame.HistoryQuota;
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

  private static HistoryBuffer history(long last, int events, long bytes) {
    return new HistoryBuffer(ORDERS, List.of(log(last)), events, bytes, new HistoryQuota(PLENTY));
  }

  /** At each length that it has on the way, and when the oldest begin to go. */
  @Test
  void itGrowsToWhatItMayHaveWithoutLosingAnything() {
    int most = 100;
    HistoryBuffer history = history(0, most, PLENTY);
    for (long last = 1; last <= 3 * most; last++) {
      history.add(0, log(last), entries(last, last + 1));
      long oldest = Math.max(0, last - most);
      assertThat(history.behind(at(oldest))).isEqualTo(oldest);
      assertThat(history.find(oldest - 1 < 0 ? last : oldest - 1)).isNull();
      for (long number = oldest; number < last; number++) {
        assertThat(history.find(number).position()).isEqualTo(new Position(number + 1, 0));
      }
    }
  }

  /** Room for all that may come would be 4 MB for each. */
  @Test
  void thoseOfManyIdleStreamsTakeNextToNothing() {
    List<HistoryBuffer> idle =
        LongStream.range(0, 10_000).mapToObj(i -> history(i, 1_000_000, PLENTY)).toList();
    assertThat(idle).allSatisfy(one -> assertThat(one.head()).isZero());
  }

  /** Whoever reads the older ones gets what all got while they were new, to the last attribute. */
  @Test
  void theOlderOnesAreAsTheyWere() {
    int most = 1_000;
    HistoryBuffer history = history(0, most, PLENTY);
    List<BufferedEvent> asNew = new ArrayList<>();
    for (long last = 1; last <= most; last++) {
      history.add(
          0,
          log(last),
          List.of(
              new LogEntry(
                  new Position(last, 0),
                  new Event(
                      "ü" + last,
                      "/source",
                      "type" + last % 3,
                      last % 4 == 0 ? null : "subject" + last,
                      last % 5 == 0 ? "2026-01-02T03:04:05Z" : null,
                      "application/json",
                      null,
                      new TreeMap<>(
                          Map.of("flag", last % 2 == 0, "number", (int) last, "text", "")),
                      new EventData.Json("{\"a\":\"ß\"}".getBytes(StandardCharsets.UTF_8))))));
      asNew.add(history.find(last - 1));
    }
    for (int number = 0; number < most; number++) {
      assertThat(history.find(number)).isEqualTo(asNew.get(number));
      assertThat(history.before(number)).isEqualTo(at(number));
    }
  }

  /** A collection would have to copy them each time, and of many streams all would become old. */
  @Test
  void noneIsKeptAsAnObjectBeyondACollection() {
    HistoryBuffer history = history(0, 8_192, PLENTY);
    List<WeakReference<BufferedEvent>> all = new ArrayList<>();
    for (long last = 1; last <= 8_192; last++) {
      history.add(0, log(last), entries(last, last + 1));
      all.add(new WeakReference<>(history.find(last - 1)));
    }
    await()
        .untilAsserted(
            () -> {
              System.gc();
              assertThat(all).allSatisfy(one -> assertThat(one.get()).isNull());
            });
    assertThat(history.find(0).attributes().id()).isEqualTo("1");
    assertThat(history.find(8_191).attributes().id()).isEqualTo("8192");
  }

  @Test
  void aReaderAtItsBeginningMissesNothing() {
    HistoryBuffer history = history(10, 4, PLENTY);
    assertThat(history.behind(at(9))).isEqualTo(-1);
    assertThat(history.behind(at(10))).isZero();
    history.add(0, log(12), entries(11, 13));
    assertThat(history.behind(at(10))).isZero();
    assertThat(history.behind(at(11))).isEqualTo(1);
    assertThat(history.behind(at(12))).isEqualTo(2);
    FrameBatch batch = history.from(0, EventFilter.OPEN, at(10));
    assertThat(batch.events()).isEqualTo(2);
    assertThat(batch.next()).isEqualTo(2);
    assertThat(batch.at()).isEqualTo(at(12));
  }

  @Test
  void holdsNoMoreThanItMay() {
    HistoryBuffer history = history(0, 4, PLENTY);
    history.add(0, log(10), entries(1, 11));
    assertThat(history.behind(at(5))).isEqualTo(-1);
    assertThat(history.behind(at(6))).isEqualTo(6);
    assertThat(history.from(5, EventFilter.OPEN, at(5))).isNull();
    assertThat(history.from(6, EventFilter.OPEN, at(6)).events()).isEqualTo(4);

    int one = packedBytes();
    HistoryBuffer narrow = history(0, 1_000, 3L * one + 10);
    narrow.add(0, log(9), entries(1, 10));
    assertThat(narrow.behind(at(5))).isEqualTo(-1);
    assertThat(narrow.behind(at(6))).isEqualTo(6);
    HistoryBuffer tooNarrow = history(0, 1_000, 1);
    tooNarrow.add(0, log(9), entries(1, 10));
    assertThat(tooNarrow.from(8, EventFilter.OPEN, at(8)).events()).isEqualTo(1);
  }

  private static int packedBytes() {
    HistoryBuffer history = history(0, 1, PLENTY);
    history.add(0, log(1), entries(1, 2));
    return history.find(0).pack().length + ByteRing.OVERHEAD;
  }

  @Test
  void aFilterPassesOverWhatItDoesNotWantAndStillMovesOn() {
    HistoryBuffer history = history(0, 100, PLENTY);
    history.add(0, log(9), entries(1, 10));
    var even = new EventFilter(Set.of("even"), Set.of());
    FrameBatch batch = history.from(0, even, at(0));
    assertThat(batch.events()).isEqualTo(4);
    assertThat(batch.at()).isEqualTo(at(9));
    assertThat(batch.frames().toString().split("\"id\":\"")).hasSize(5);
  }

  @Test
  void aReaderAheadOfTheHistoryIsNotToldWhatItHas() {
    HistoryBuffer history = history(0, 100, PLENTY);
    history.add(0, log(3), entries(1, 4));
    assertThat(history.behind(at(5))).isEqualTo(3);
    assertThat(history.behindUnchecked(at(5))).isEqualTo(-1);
    history.add(0, log(7), entries(4, 8));
    FrameBatch batch = history.from(3, EventFilter.OPEN, at(5));
    assertThat(batch.events()).isEqualTo(2);
  }

  @Test
  void aPlaceOfALostTailDoesNotJoin() {
    HistoryBuffer history =
        new HistoryBuffer(
            ORDERS,
            List.of(log(8, "1:aaaa:0-0", "2:bbbb:8-0")),
            100,
            PLENTY,
            new HistoryQuota(PLENTY));
    assertThat(history.behind(at(9))).isEqualTo(-1);
    assertThat(history.behind(at(8))).isZero();
    assertThat(history.behind(at(new PartitionPosition(3, 0xcccc, new Position(8, 0)))))
        .isEqualTo(-1);
    assertThat(history.behind(at(new PartitionPosition(2, 0xcccc, new Position(8, 0)))))
        .isEqualTo(-1);
    history.close();
    assertThat(history.behind(at(8))).isEqualTo(-1);
  }

  @Test
  void readersSeeEveryEventOnceOrLearnThatTheyAreLate() throws Exception {
    long seed = System.nanoTime();
    long total = 200_000;
    HistoryBuffer history = history(0, 512, 100_000);
    List<Callable<Long>> readers = new ArrayList<>();
    for (int r = 0; r < 3; r++) {
      Random random = new Random(seed + r);
      readers.add(() -> read(history, total, random));
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<Long>> all = new ArrayList<>();
      readers.forEach(reader -> all.add(threads.submit(reader)));
      Random random = new Random(seed);
      long next = 1;
      while (next <= total) {
        long end = Math.min(total + 1, next + 1 + random.nextInt(100));
        history.add(0, log(end - 1), entries(next, end));
        next = end;
      }
      for (Future<Long> reader : all) {
        assertThat(reader.get()).as("seed %d", seed).isPositive();
      }
    }
  }

  /** Follows the history to its end; jumps ahead when late, as if it had read from Redis. */
  private static long read(HistoryBuffer history, long total, Random random) {
    long position = 0;
    long seen = 0;
    long number = history.behind(at(0));
    while (position < total) {
      FrameBatch batch = number < 0 ? null : history.from(number, EventFilter.OPEN, at(position));
      if (batch == null) {
        position = history.floor(0).millis();
        number = history.behind(at(position));
        continue;
      }
      String text = batch.frames().toString();
      int from = 0;
      for (int i = 0; i < batch.events(); i++) {
        from = text.indexOf("\"id\":\"", from) + 6;
        long id = Long.parseLong(text.substring(from, text.indexOf('"', from)));
        assertThat(id).isEqualTo(position + 1);
        position = id;
        seen++;
      }
      assertThat(batch.at().position(0).millis()).isEqualTo(position);
      number = batch.next();
      if (random.nextInt(10) == 0) {
        Thread.yield();
      }
    }
    return seen;
  }
}
