package penstock.feed.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import penstock.feed.frame.BufferedEvent;
import penstock.feed.frame.FrameBatch;
import penstock.feed.frame.HistoryQuota;
import penstock.feed.room.BufferPosition;
import penstock.feed.room.RoomWait;
import penstock.feed.room.WaitingRooms;
import penstock.stream.Cursor;
import penstock.stream.LogEntry;
import penstock.stream.LogState;
import penstock.stream.Position;
import penstock.stream.StreamName;
import penstock.stream.Term;
import penstock.stream.filter.EventFilter;
import penstock.stream.log.LogWriter;

class WaitingRoomsTest {

  private static final StreamName ORDERS = new StreamName("orders");

  private static LogState log(long last) {
    return new LogState(
        "life", List.of(Term.parse("1:aaaa:0-0")), Position.ZERO, new Position(last, 0), last, 1);
  }

  private static HistoryBuffer history(int events) {
    return new HistoryBuffer(ORDERS, List.of(log(0)), events, 1 << 30, new HistoryQuota(1 << 30));
  }

  private static Cursor at(long millis) {
    return Cursor.ofStream(ORDERS, List.of(log(0)), List.of(new Position(millis, 0)));
  }

  private static void add(HistoryBuffer history, long position, String subject) {
    history.add(
        0,
        log(position),
        List.of(new LogEntry(new Position(position, 0), LogWriter.event("" + position, subject))));
  }

  private static <R> WaitingRooms<R, HistoryBuffer, BufferedEvent> thatNobodyLeaves() {
    return new WaitingRooms<>(reader -> fail(reader + " leaves"));
  }

  private static EventInterest subjects(String... subjects) {
    return new EventInterest(new EventFilter(Set.of(subjects), Set.of()));
  }

  private static List<Long> ids(FrameBatch batch) {
    var ids = new ArrayList<Long>();
    for (String frame : batch.frames().toString().split("\n\n")) {
      if (!frame.isEmpty()) {
        int id = frame.indexOf("\"id\":\"") + 6;
        ids.add(Long.valueOf(frame.substring(id, frame.indexOf('"', id))));
      }
    }
    return ids;
  }

  /** What is counted is who has to do anything at all, in the place of time. */
  @Test
  void anEventConcernsOnlyTheReadersOfItsSubjectHoweverManyWait() {
    int readers = 10_000;
    HistoryBuffer history = history(8_192);
    WaitingRooms<Integer, HistoryBuffer, BufferedEvent> rooms = thatNobodyLeaves();
    var waits = new ArrayList<RoomWait<Integer, HistoryBuffer, BufferedEvent>>();
    for (int i = 0; i < readers; i++) {
      waits.add(rooms.enter(i, subjects("s" + i), new BufferPosition<>(history, 0, at(0))));
    }
    for (int event = 1; event <= 5_000; event++) {
      int subject = event % 7_000;
      add(history, event, event % 10 == 0 ? null : "s" + subject);
      List<Integer> writers = new ArrayList<>();
      rooms.beginTurn(writers::add);
      if (event % 10 == 0) {
        assertThat(writers).isEmpty();
      } else {
        assertThat(writers).containsExactly(subject);
        assertThat(ids(rooms.take(waits.get(subject)))).containsExactly((long) event);
      }
      rooms.endTurn();
    }
  }

  @Test
  void whatATurnHasForARoomIsEncodedOnceAndWrittenToEachOfItsReadersOnce() {
    HistoryBuffer history = history(8);
    WaitingRooms<String, HistoryBuffer, BufferedEvent> rooms = thatNobodyLeaves();
    var start = new BufferPosition<>(history, 0, at(0));
    RoomWait<String, HistoryBuffer, BufferedEvent> one = rooms.enter("one", subjects("a"), start);
    RoomWait<String, HistoryBuffer, BufferedEvent> two = rooms.enter("two", subjects("a"), start);
    RoomWait<String, HistoryBuffer, BufferedEvent> both =
        rooms.enter("both", subjects("a", "b"), start);
    RoomWait<String, HistoryBuffer, BufferedEvent> none = rooms.enter("none", subjects("c"), start);
    add(history, 1, "a");
    add(history, 2, "b");
    add(history, 3, "a");
    List<String> writers = new ArrayList<>();
    rooms.beginTurn(writers::add);
    assertThat(writers).containsExactlyInAnyOrder("one", "two", "both");
    assertThat(rooms.place(one)).isEqualTo(start);
    FrameBatch news = rooms.take(one);
    assertThat(ids(news)).containsExactly(1L, 3L);
    assertThat(rooms.take(two)).isSameAs(news);
    assertThat(ids(rooms.take(both))).containsExactly(1L, 2L, 3L);
    assertThat(rooms.take(none)).isNull();
    assertThat(rooms.take(one)).isNull();
    rooms.endTurn();
    var end = new BufferPosition<>(history, 3, at(3));
    assertThat(List.of(one, two, both, none)).allMatch(wait -> rooms.place(wait).equals(end));
  }

  @Test
  void whoLeavesAgainTakesNobodyAlong() {
    HistoryBuffer history = history(8);
    WaitingRooms<String, HistoryBuffer, BufferedEvent> rooms = thatNobodyLeaves();
    var start = new BufferPosition<>(history, 0, at(0));
    RoomWait<String, HistoryBuffer, BufferedEvent> one = rooms.enter("one", subjects("a"), start);
    rooms.enter("two", subjects("a"), start);
    RoomWait<String, HistoryBuffer, BufferedEvent> three =
        rooms.enter("three", subjects("a"), start);
    rooms.leave(one);
    rooms.leave(one);
    add(history, 1, "a");
    List<String> writers = new ArrayList<>();
    rooms.beginTurn(writers::add);
    assertThat(writers).containsExactlyInAnyOrder("two", "three");
    rooms.leave(three);
    rooms.leave(three);
    assertThat(rooms.isAwaited(List.of("a"))).isTrue();
  }

  /** By how much is written at once, and not by how much comes. */
  @Test
  void countsAsJoinedIfReadersHaveSeveralEventsOfATurn() {
    HistoryBuffer history = history(64);
    WaitingRooms<String, HistoryBuffer, BufferedEvent> rooms = thatNobodyLeaves();
    var start = new BufferPosition<>(history, 0, at(0));
    var waits =
        List.of(
            rooms.enter("a1", subjects("a"), start),
            rooms.enter("a2", subjects("a"), start),
            rooms.enter("b", subjects("b"), start));
    assertThat(isJoined(rooms, waits, history, "a", "b", "a")).isTrue();
    assertThat(isJoined(rooms, waits, history, "a", "b")).isFalse();
    assertThat(isJoined(rooms, waits, history, "a")).isTrue();
    assertThat(isJoined(rooms, waits, history, "a", "b", "c", "c", "c")).isFalse();
    assertThat(isJoined(rooms, waits, history, "b", "a", "b")).isTrue();
  }

  private static boolean isJoined(
      WaitingRooms<String, HistoryBuffer, BufferedEvent> rooms,
      List<RoomWait<String, HistoryBuffer, BufferedEvent>> waits,
      HistoryBuffer history,
      String... subjects) {
    for (String subject : subjects) {
      add(history, history.head() + 1, subject);
    }
    rooms.beginTurn(writer -> {});
    for (RoomWait<String, HistoryBuffer, BufferedEvent> wait : waits) {
      FrameBatch news = rooms.take(wait);
      if (news != null) {
        news.release();
      }
    }
    boolean joined = rooms.isJoined();
    rooms.endTurn();
    return joined;
  }

  /** As most readers of a stream do, who need not be looked at one by one either. */
  @Test
  void whoWantsAllOrWhatNoKeyTellsWaitsToo() {
    HistoryBuffer history = history(8);
    var rooms = new WaitingRooms<String, HistoryBuffer, BufferedEvent>(reader -> {});
    var start = new BufferPosition<>(history, 0, at(0));
    assertThat(rooms.isAwaited(Set.of())).isFalse();
    RoomWait<String, HistoryBuffer, BufferedEvent> one = rooms.enter("one", subjects(), start);
    RoomWait<String, HistoryBuffer, BufferedEvent> two = rooms.enter("two", subjects(), start);
    RoomWait<String, HistoryBuffer, BufferedEvent> some =
        rooms.enter("some", subjects("a*"), start);
    RoomWait<String, HistoryBuffer, BufferedEvent> other =
        rooms.enter("other", subjects("b"), start);
    assertThat(rooms.isAwaited(Set.of())).isTrue();
    add(history, 1, null);
    add(history, 2, "ab");
    List<String> writers = new ArrayList<>();
    rooms.beginTurn(writers::add);
    assertThat(writers).containsExactlyInAnyOrder("one", "two", "some");
    FrameBatch news = rooms.take(one);
    assertThat(ids(news)).containsExactly(1L, 2L);
    assertThat(rooms.take(two)).isSameAs(news);
    assertThat(ids(rooms.take(some))).containsExactly(2L);
    assertThat(rooms.news()).hasSize(2);
    rooms.endTurn();
    assertThat(List.of(one, two, some, other)).allMatch(wait -> rooms.place(wait).next() == 2);
    List.of(one, some).forEach(rooms::leave);
    assertThat(rooms.isAwaited(Set.of())).isTrue();
    rooms.leave(two);
    assertThat(rooms.isAwaited(Set.of())).isFalse();
  }

  @Test
  void whoDoesNotTakeItsNewsGoesOnByItselfFromBeforeThem() {
    HistoryBuffer history = history(8);
    List<String> left = new ArrayList<>();
    var rooms = new WaitingRooms<String, HistoryBuffer, BufferedEvent>(left::add);
    var start = new BufferPosition<>(history, 0, at(0));
    RoomWait<String, HistoryBuffer, BufferedEvent> full = rooms.enter("full", subjects("a"), start);
    RoomWait<String, HistoryBuffer, BufferedEvent> failed =
        rooms.enter("failed", subjects("a"), start);
    RoomWait<String, HistoryBuffer, BufferedEvent> well = rooms.enter("well", subjects("a"), start);
    add(history, 1, "a");
    rooms.beginTurn(writer -> {});
    assertThat(rooms.end(full)).isEqualTo(start);
    assertThat(rooms.take(well)).isNotNull();
    rooms.endTurn();
    assertThat(left).containsExactly("full", "failed");
    assertThat(failed.end()).isEqualTo(start);
    assertThat(rooms.place(failed)).isEqualTo(start);
    assertThat(well.end()).isNull();
  }

  /** Else another thread may find that nobody is to be woken. */
  @Test
  void whatAReaderWaitsForIsAwaitedUntilItLooksAtAll() {
    HistoryBuffer history = history(8);
    List<String> left = new ArrayList<>();
    var all = new AtomicReference<WaitingRooms<String, HistoryBuffer, BufferedEvent>>();
    var rooms =
        new WaitingRooms<String, HistoryBuffer, BufferedEvent>(
            reader -> {
              assertThat(all.get().isAwaited(Set.of("a"))).isTrue();
              left.add(reader);
            });
    all.set(rooms);
    assertThat(rooms.isAwaited(Set.of("a"))).isFalse();
    rooms.end(rooms.enter("one", subjects("a"), new BufferPosition<>(history, 0, at(0))));
    assertThat(left).containsExactly("one");
    assertThat(rooms.isAwaited(Set.of("a"))).isFalse();
  }

  @Test
  void aReaderStandsWhereTheOthersAreEvenIfNothingWasForIt() {
    HistoryBuffer history = history(4);
    WaitingRooms<String, HistoryBuffer, BufferedEvent> rooms = thatNobodyLeaves();
    RoomWait<String, HistoryBuffer, BufferedEvent> wait =
        rooms.enter("a", subjects("a"), new BufferPosition<>(history, 0, at(0)));
    for (int i = 1; i <= 20; i++) {
      add(history, i, "other");
      rooms.beginTurn(writer -> fail(writer + " has nothing to write"));
      rooms.endTurn();
    }
    assertThat(rooms.place(wait)).isEqualTo(new BufferPosition<>(history, 20, at(20)));
  }

  @Test
  void whenItCannotBeToldWhomItConcernsAllGoOnByThemselves() {
    HistoryBuffer history = history(4);
    List<String> left = new ArrayList<>();
    var rooms = new WaitingRooms<String, HistoryBuffer, BufferedEvent>(left::add);
    var start = new BufferPosition<>(history, 0, at(0));
    RoomWait<String, HistoryBuffer, BufferedEvent> a = rooms.enter("a", subjects("a"), start);
    RoomWait<String, HistoryBuffer, BufferedEvent> b = rooms.enter("b", subjects("b"), start);
    for (int i = 1; i <= 5; i++) {
      add(history, i, "other");
    }
    rooms.beginTurn(writer -> fail(writer + " has nothing to write"));
    rooms.endTurn();
    assertThat(left).containsExactlyInAnyOrder("a", "b");
    assertThat(List.of(a, b)).allMatch(wait -> start.equals(wait.end()));

    RoomWait<String, HistoryBuffer, BufferedEvent> again =
        rooms.enter("c", subjects("a"), new BufferPosition<>(history, 5, at(5)));
    history.close();
    rooms.beginTurn(writer -> fail(writer + " has nothing to write"));
    assertThat(left).contains("c");
    assertThat(again.end()).isEqualTo(new BufferPosition<>(history, 5, at(5)));
  }

  /** One write is as much as a socket should be given at once. */
  @Test
  void ofMoreThanOneWriteEachReaderTakesItsShareByItself() {
    HistoryBuffer history = history(4_096);
    List<String> left = new ArrayList<>();
    var rooms = new WaitingRooms<String, HistoryBuffer, BufferedEvent>(left::add);
    var start = new BufferPosition<>(history, 0, at(0));
    RoomWait<String, HistoryBuffer, BufferedEvent> busy = rooms.enter("busy", subjects("a"), start);
    RoomWait<String, HistoryBuffer, BufferedEvent> calm = rooms.enter("calm", subjects("b"), start);
    for (int i = 1; i <= 1_000; i++) {
      add(history, i, i == 500 ? "b" : "a");
    }
    List<String> writers = new ArrayList<>();
    rooms.beginTurn(writers::add);
    assertThat(left).containsExactly("busy");
    assertThat(busy.end()).isEqualTo(start);
    assertThat(writers).containsExactly("calm");
    assertThat(ids(rooms.take(calm))).containsExactly(500L);
  }

  @Test
  void oneOfAnotherHistoryOrFurtherBackLooksByItself() {
    HistoryBuffer history = history(4);
    var rooms = new WaitingRooms<String, HistoryBuffer, BufferedEvent>(reader -> {});
    add(history, 1, "x");
    assertThat(rooms.enter("a", subjects("a"), new BufferPosition<>(history, 1, at(1))))
        .isNotNull();
    assertThat(rooms.enter("b", subjects("b"), new BufferPosition<>(history(4), 1, at(1))))
        .isNull();
    assertThat(rooms.enter("b", subjects("b"), new BufferPosition<>(history, 0, at(0)))).isNull();
  }

  /** It would be told again what it has, from where the others are. */
  @Test
  void oneThatReadFurtherThanTheHistoryLooksByItselfUntilTheHistoryIsThere() {
    HistoryBuffer history = history(4);
    var rooms = new WaitingRooms<String, HistoryBuffer, BufferedEvent>(reader -> {});
    assertThat(rooms.enter("a", subjects("a"), new BufferPosition<>(history, 0, at(2)))).isNull();
    add(history, 1, "x");
    assertThat(rooms.enter("a", subjects("a"), new BufferPosition<>(history, 1, at(2)))).isNull();
    add(history, 2, "a");
    assertThat(rooms.enter("a", subjects("a"), new BufferPosition<>(history, 2, at(2))))
        .isNotNull();
  }

  /**
   * Readers that wait, are woken, leave, read ahead of the history and come back see what those see
   * who look at everything.
   */
  @Test
  void nobodyMissesOrRepeatsAnything() {
    long seed = System.nanoTime();
    for (int run = 0; run < 50; run++) {
      new Run(seed + run).go();
    }
  }

  private static final class Run {

    private static final int READERS = 10;

    private final long seed;
    private final Random random;
    private final HistoryBuffer history = history(1_024);
    private final Map<Integer, RoomWait<Integer, HistoryBuffer, BufferedEvent>> waiting =
        new HashMap<>();
    private final Map<Integer, BufferPosition<HistoryBuffer>> active = new HashMap<>();
    private final Map<Integer, Set<String>> wanted = new HashMap<>();
    private final WaitingRooms<Integer, HistoryBuffer, BufferedEvent> rooms =
        new WaitingRooms<>(this::left);
    private final Map<Integer, List<Long>> seen = new HashMap<>();

    /** The subjects of the log's events, of which the history does not have the last. */
    private final List<String> log = new ArrayList<>();

    Run(long seed) {
      this.seed = seed;
      this.random = new Random(seed);
    }

    void go() {
      for (int reader = 0; reader < READERS; reader++) {
        wanted.put(
            reader,
            switch (reader) {
              case 0, 1 -> Set.of();
              case 2, 3 -> Set.of("s1*", "s2");
              default -> Set.of("s" + random.nextInt(3), "s" + random.nextInt(3) + "x");
            });
        active.put(reader, new BufferPosition<>(history, 0, at(0)));
        seen.put(reader, new ArrayList<>());
      }
      for (int step = 0; step < 1_000; step++) {
        switch (random.nextInt(4)) {
          case 0 -> log.add("s" + random.nextInt(5) + (random.nextInt(4) == 0 ? "x" : ""));
          case 1 -> tail();
          default -> turn(32);
        }
      }
      while (history.head() < log.size()) {
        tail();
      }
      turn(0);
      for (int reader = 0; reader < READERS; reader++) {
        assertThat(seen.get(reader)).as("seed %d", seed).isEqualTo(wanted(reader, log.size()));
      }
    }

    private void tail() {
      if (history.head() < log.size()) {
        add(history, history.head() + 1, log.get((int) history.head()));
      }
    }

    private void left(int reader) {
      RoomWait<Integer, HistoryBuffer, BufferedEvent> wait = waiting.remove(reader);
      active.put(reader, wait.end());
    }

    /** All who are further behind than that, and some of the others, do something. */
    private void turn(int mostBehind) {
      var writers = new ArrayList<Integer>();
      rooms.beginTurn(writers::add);
      for (int reader : writers) {
        checkPlaces();
        switch (random.nextInt(4)) {
          case 0 -> rooms.end(waiting.get(reader));
          case 1 -> {}
          default -> see(reader, rooms.take(waiting.get(reader)));
        }
        if (random.nextInt(8) == 0) {
          tail();
        }
      }
      for (int reader : List.copyOf(active.keySet())) {
        if (history.head() - active.get(reader).next() > mostBehind || random.nextInt(3) > 0) {
          read(reader);
          rest(reader);
        }
      }
      rooms.endTurn();
      checkPlaces();
      if (mostBehind == 0) {
        active.keySet().forEach(this::readOn);
      }
    }

    /** Who waits was sent all that is before its place, and nothing behind it. */
    private void checkPlaces() {
      waiting.forEach(
          (reader, wait) ->
              assertThat(seen.get(reader))
                  .as("seed %d", seed)
                  .isEqualTo(wanted(reader, rooms.place(wait).at().position(0).millis())));
    }

    private List<Long> wanted(int reader, long last) {
      return LongStream.rangeClosed(1, last)
          .filter(position -> wants(reader, log.get((int) position - 1)))
          .boxed()
          .toList();
    }

    private boolean wants(int reader, String subject) {
      Set<String> subjects = wanted.get(reader);
      return subjects.isEmpty()
          || subjects.stream()
              .anyMatch(
                  one -> one.equals(subject) || one.equals("s1*") && subject.startsWith("s1"));
    }

    private void see(int reader, FrameBatch batch) {
      seen.get(reader).addAll(ids(batch));
    }

    private void readOn(int reader) {
      BufferPosition<HistoryBuffer> place = active.get(reader);
      see(
          reader,
          history.from(place.next(), new EventFilter(wanted.get(reader), Set.of()), place.at()));
    }

    private void read(int reader) {
      BufferPosition<HistoryBuffer> place = active.get(reader);
      if (random.nextInt(8) == 0) {
        replay(reader, place.at());
        return;
      }
      FrameBatch batch =
          history.from(place.next(), new EventFilter(wanted.get(reader), Set.of()), place.at());
      assertThat(batch).isNotNull();
      see(reader, batch);
      active.put(reader, new BufferPosition<>(history, batch.next(), batch.at()));
    }

    /** From the log itself, which may be further than the lane. */
    private void replay(int reader, Cursor from) {
      long last = from.position(0).millis();
      while (last < log.size()) {
        last++;
        if (wants(reader, log.get((int) last - 1))) {
          seen.get(reader).add(last);
        }
      }
      active.put(reader, new BufferPosition<>(history, history.behind(at(last)), at(last)));
    }

    private void rest(int reader) {
      BufferPosition<HistoryBuffer> place = active.get(reader);
      if (place.next() != history.head() || random.nextInt(4) == 0) {
        return;
      }
      RoomWait<Integer, HistoryBuffer, BufferedEvent> wait =
          rooms.enter(
              reader, new EventInterest(new EventFilter(wanted.get(reader), Set.of())), place);
      if (wait != null) {
        active.remove(reader);
        waiting.put(reader, wait);
        if (random.nextInt(10) == 0) {
          rooms.end(wait);
        }
      }
    }
  }
}
