package penstock.feed.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import penstock.feed.frame.FrameBatch;
import penstock.stream.Cursor;
import penstock.stream.LogEntry;
import penstock.stream.LogState;
import penstock.stream.Position;
import penstock.stream.StreamName;
import penstock.stream.Term;
import penstock.stream.filter.EventFilter;
import penstock.stream.log.LogWriter;

class SubjectIndexTest {

  private static final StreamName ORDERS = new StreamName("orders");

  private static LogState log(long last) {
    return new LogState(
        "life", List.of(Term.parse("1:aaaa:0-0")), Position.ZERO, new Position(last, 0), last, 1);
  }

  private static HistoryBuffer history(int events) {
    return new HistoryBuffer(ORDERS, List.of(log(0)), events, 1 << 30);
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

  /** What is counted is who has to do anything at all, in the place of time. */
  @Test
  void anEventConcernsOnlyTheReadersOfItsSubjectHoweverManyWait() {
    int readers = 10_000;
    HistoryBuffer history = history(8_192);
    var index = new SubjectIndex<Integer>();
    IntStream.range(0, readers)
        .forEach(i -> index.add(i, Set.of("s" + i), new BufferPosition(history, 0, at(0))));
    long concerned = 0;
    for (int event = 1; event <= 5_000; event++) {
      String subject = "s" + event % 7_000;
      add(history, event, event % 10 == 0 ? null : subject);
      List<Integer> woken = new ArrayList<>();
      index.look((reader, place) -> woken.add(reader));
      concerned += woken.size();
      assertThat(woken).isEqualTo(event % 10 == 0 ? List.of() : List.of(event % 7_000));
      for (int reader : woken) {
        index.add(reader, Set.of(subject), new BufferPosition(history, event, at(event)));
      }
    }
    assertThat(concerned).isEqualTo(4_500);
  }

  @Test
  void aReaderStandsWhereTheOthersAreEvenIfNothingWasForIt() {
    HistoryBuffer history = history(4);
    var index = new SubjectIndex<String>();
    index.add("a", Set.of("a"), new BufferPosition(history, 0, at(0)));
    for (int i = 1; i <= 20; i++) {
      add(history, i, "other");
      index.look((reader, place) -> assertThat(reader).isNull());
    }
    assertThat(index.place("a")).isEqualTo(new BufferPosition(history, 20, at(20)));
    add(history, 21, "a");
    List<BufferPosition> places = new ArrayList<>();
    index.look((reader, place) -> places.add(place));
    assertThat(places).containsExactly(new BufferPosition(history, 20, at(20)));
    assertThat(index.place("a")).isNull();
  }

  @Test
  void whenItCannotBeToldWhomItConcernsAllGoOnByThemselves() {
    HistoryBuffer history = history(4);
    var index = new SubjectIndex<String>();
    index.add("a", Set.of("a"), new BufferPosition(history, 0, at(0)));
    index.add("b", Set.of("b"), new BufferPosition(history, 0, at(0)));
    for (int i = 1; i <= 5; i++) {
      add(history, i, "other");
    }
    List<String> woken = new ArrayList<>();
    index.look((reader, place) -> woken.add(reader + place.next()));
    assertThat(woken).containsExactly("a0", "b0");

    index.add("a", Set.of("a"), new BufferPosition(history, 5, at(5)));
    history.close();
    index.look((reader, place) -> woken.add(reader + place.next()));
    assertThat(woken).containsExactly("a0", "b0", "a5");
  }

  @Test
  void oneOfAnotherHistoryOrFurtherBackLooksByItself() {
    HistoryBuffer history = history(4);
    var index = new SubjectIndex<String>();
    add(history, 1, "x");
    assertThat(index.add("a", Set.of("a"), new BufferPosition(history, 1, at(1)))).isTrue();
    assertThat(index.add("b", Set.of("b"), new BufferPosition(history(4), 1, at(1)))).isFalse();
    assertThat(index.add("b", Set.of("b"), new BufferPosition(history, 0, at(0)))).isFalse();
    assertThat(index.place("b")).isNull();
  }

  /** It would be told again what it has, from where the others are. */
  @Test
  void oneThatReadFurtherThanTheHistoryLooksByItselfUntilTheHistoryIsThere() {
    HistoryBuffer history = history(4);
    var index = new SubjectIndex<String>();
    assertThat(index.add("a", Set.of("a"), new BufferPosition(history, 0, at(2)))).isFalse();
    add(history, 1, "x");
    assertThat(index.add("a", Set.of("a"), new BufferPosition(history, 1, at(2)))).isFalse();
    add(history, 2, "a");
    assertThat(index.add("a", Set.of("a"), new BufferPosition(history, 2, at(2)))).isTrue();
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

    private static final int READERS = 8;

    private final long seed;
    private final Random random;
    private final HistoryBuffer history = history(1_024);
    private final SubjectIndex<Integer> index = new SubjectIndex<>();
    private final Map<Integer, BufferPosition> active = new HashMap<>();
    private final Map<Integer, Set<String>> wanted = new HashMap<>();
    private final Map<Integer, List<Long>> seen = new HashMap<>();

    /** The subjects of the log's events, of which the history does not have the last. */
    private final List<String> log = new ArrayList<>();

    Run(long seed) {
      this.seed = seed;
      this.random = new Random(seed);
    }

    void go() {
      for (int reader = 0; reader < READERS; reader++) {
        wanted.put(reader, Set.of("s" + random.nextInt(5), "s" + random.nextInt(5) + "x"));
        active.put(reader, new BufferPosition(history, 0, at(0)));
        seen.put(reader, new ArrayList<>());
      }
      for (int step = 0; step < 1_000; step++) {
        switch (random.nextInt(4)) {
          case 0 -> log.add("s" + random.nextInt(8) + (random.nextInt(4) == 0 ? "x" : ""));
          case 1 -> tail();
          default -> turn(32);
        }
      }
      while (history.head() < log.size()) {
        tail();
      }
      turn(0);
      for (int reader = 0; reader < READERS; reader++) {
        Set<String> subjects = wanted.get(reader);
        assertThat(seen.get(reader))
            .as("seed %d", seed)
            .isEqualTo(
                LongStream.rangeClosed(1, log.size())
                    .filter(position -> subjects.contains(log.get((int) position - 1)))
                    .boxed()
                    .toList());
      }
    }

    private void tail() {
      if (history.head() < log.size()) {
        add(history, history.head() + 1, log.get((int) history.head()));
      }
    }

    /** All who are further behind than that, and some of the others, do something. */
    private void turn(int mostBehind) {
      index.look(active::put);
      for (int reader : List.copyOf(active.keySet())) {
        if (history.head() - active.get(reader).next() > mostBehind || random.nextInt(3) > 0) {
          read(reader);
          rest(reader);
        }
      }
    }

    private void read(int reader) {
      BufferPosition place = active.get(reader);
      if (random.nextInt(8) == 0) {
        replay(reader, place.at());
        return;
      }
      FrameBatch batch =
          history.from(place.next(), new EventFilter(wanted.get(reader), Set.of()), place.at());
      assertThat(batch).isNotNull();
      for (String frame : batch.frames().toString().split("\n\n")) {
        if (!frame.isEmpty()) {
          int id = frame.indexOf("\"id\":\"") + 6;
          seen.get(reader).add(Long.valueOf(frame.substring(id, frame.indexOf('"', id))));
        }
      }
      active.put(reader, new BufferPosition(history, batch.next(), batch.at()));
    }

    /** From the log itself, which may be further than the lane. */
    private void replay(int reader, Cursor from) {
      long last = from.position(0).millis();
      while (last < log.size()) {
        last++;
        if (wanted.get(reader).contains(log.get((int) last - 1))) {
          seen.get(reader).add(last);
        }
      }
      active.put(reader, new BufferPosition(history, history.behind(at(last)), at(last)));
    }

    private void rest(int reader) {
      BufferPosition place = active.get(reader);
      if (place.next() == history.head()
          && random.nextInt(4) > 0
          && index.add(reader, wanted.get(reader), place)) {
        active.remove(reader);
        if (random.nextInt(10) == 0) {
          active.put(reader, index.place(reader));
          index.remove(reader);
        }
      }
    }
  }
}
