package penstock.feed;

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
import penstock.stream.Cursor;
import penstock.stream.EventFilter;
import penstock.stream.LogEntry;
import penstock.stream.LogState;
import penstock.stream.LogWriter;
import penstock.stream.Position;
import penstock.stream.StreamName;
import penstock.stream.Term;

class SubjectIndexTest {

  private static final StreamName ORDERS = new StreamName("orders");

  private static LogState log(long last) {
    return new LogState(
        "life", List.of(Term.parse("1:aaaa:0-0")), Position.ZERO, new Position(last, 0), last, 1);
  }

  private static Lane lane(int events) {
    return new Lane(ORDERS, List.of(log(0)), events, 1 << 30);
  }

  private static Cursor at(long millis) {
    return Cursor.ofStream(ORDERS, List.of(log(0)), List.of(new Position(millis, 0)));
  }

  private static void add(Lane lane, long position, String subject) {
    lane.add(
        0,
        log(position),
        List.of(new LogEntry(new Position(position, 0), LogWriter.event("" + position, subject))));
  }

  /** What is counted is who has to do anything at all, in the place of time. */
  @Test
  void anEventConcernsOnlyTheReadersOfItsSubjectHoweverManyWait() {
    int readers = 10_000;
    Lane lane = lane(8_192);
    var index = new SubjectIndex<Integer>();
    IntStream.range(0, readers)
        .forEach(i -> index.add(i, Set.of("s" + i), new Spot(lane, 0, at(0))));
    long concerned = 0;
    for (int event = 1; event <= 5_000; event++) {
      String subject = "s" + event % 7_000;
      add(lane, event, event % 10 == 0 ? null : subject);
      List<Integer> woken = new ArrayList<>();
      index.look((reader, spot) -> woken.add(reader));
      concerned += woken.size();
      assertThat(woken).isEqualTo(event % 10 == 0 ? List.of() : List.of(event % 7_000));
      for (int reader : woken) {
        index.add(reader, Set.of(subject), new Spot(lane, event, at(event)));
      }
    }
    assertThat(concerned).isEqualTo(4_500);
  }

  @Test
  void aReaderStandsWhereTheOthersAreEvenIfNothingWasForIt() {
    Lane lane = lane(4);
    var index = new SubjectIndex<String>();
    index.add("a", Set.of("a"), new Spot(lane, 0, at(0)));
    for (int i = 1; i <= 20; i++) {
      add(lane, i, "other");
      index.look((reader, spot) -> assertThat(reader).isNull());
    }
    assertThat(index.spot("a")).isEqualTo(new Spot(lane, 20, at(20)));
    add(lane, 21, "a");
    List<Spot> spots = new ArrayList<>();
    index.look((reader, spot) -> spots.add(spot));
    assertThat(spots).containsExactly(new Spot(lane, 20, at(20)));
    assertThat(index.spot("a")).isNull();
  }

  @Test
  void whenItCannotBeToldWhomItConcernsAllGoOnByThemselves() {
    Lane lane = lane(4);
    var index = new SubjectIndex<String>();
    index.add("a", Set.of("a"), new Spot(lane, 0, at(0)));
    index.add("b", Set.of("b"), new Spot(lane, 0, at(0)));
    for (int i = 1; i <= 5; i++) {
      add(lane, i, "other");
    }
    List<String> woken = new ArrayList<>();
    index.look((reader, spot) -> woken.add(reader + spot.next()));
    assertThat(woken).containsExactly("a0", "b0");

    index.add("a", Set.of("a"), new Spot(lane, 5, at(5)));
    lane.close();
    index.look((reader, spot) -> woken.add(reader + spot.next()));
    assertThat(woken).containsExactly("a0", "b0", "a5");
  }

  @Test
  void oneOfAnotherLaneOrFurtherBackLooksByItself() {
    Lane lane = lane(4);
    var index = new SubjectIndex<String>();
    add(lane, 1, "x");
    assertThat(index.add("a", Set.of("a"), new Spot(lane, 1, at(1)))).isTrue();
    assertThat(index.add("b", Set.of("b"), new Spot(lane(4), 1, at(1)))).isFalse();
    assertThat(index.add("b", Set.of("b"), new Spot(lane, 0, at(0)))).isFalse();
    assertThat(index.spot("b")).isNull();
  }

  /**
   * Readers that wait, are woken, leave and come back see what those see who look at everything.
   */
  @Test
  void nobodyMissesOrRepeatsAnything() {
    long seed = System.nanoTime();
    for (int run = 0; run < 50; run++) {
      run(new Random(seed + run), seed + run);
    }
  }

  private static void run(Random random, long seed) {
    Lane lane = lane(64);
    var index = new SubjectIndex<Integer>();
    Map<Integer, Spot> active = new HashMap<>();
    Map<Integer, Set<String>> wanted = new HashMap<>();
    Map<Integer, List<String>> seen = new HashMap<>();
    List<LogEntry> all = new ArrayList<>();
    for (int reader = 0; reader < 8; reader++) {
      wanted.put(reader, Set.of("s" + random.nextInt(5), "s" + random.nextInt(5) + "x"));
      active.put(reader, new Spot(lane, 0, at(0)));
      seen.put(reader, new ArrayList<>());
    }
    for (int step = 0; step < 1_000; step++) {
      if (random.nextBoolean()) {
        String subject = "s" + random.nextInt(8) + (random.nextInt(4) == 0 ? "x" : "");
        add(lane, all.size() + 1L, subject);
        all.add(
            new LogEntry(
                new Position(all.size() + 1L, 0), LogWriter.event("" + (all.size() + 1), subject)));
      } else {
        index.look(active::put);
        for (int reader : List.copyOf(active.keySet())) {
          if (random.nextInt(3) > 0 || lane.head() - active.get(reader).next() > 32) {
            read(lane, index, active, reader, wanted.get(reader), seen.get(reader), random);
          }
        }
      }
    }
    index.look(active::put);
    for (int reader : List.copyOf(active.keySet())) {
      read(lane, index, active, reader, wanted.get(reader), seen.get(reader), random);
    }
    for (int reader = 0; reader < 8; reader++) {
      Set<String> subjects = wanted.get(reader);
      assertThat(seen.get(reader))
          .as("seed %d", seed)
          .isEqualTo(
              LongStream.range(0, all.size())
                  .mapToObj(i -> all.get((int) i).event())
                  .filter(event -> subjects.contains(event.subject()))
                  .map(event -> event.id())
                  .toList());
    }
  }

  private static void read(
      Lane lane,
      SubjectIndex<Integer> index,
      Map<Integer, Spot> active,
      int reader,
      Set<String> subjects,
      List<String> seen,
      Random random) {
    Spot spot = active.get(reader);
    Chunk chunk = lane.from(spot.next(), new EventFilter(subjects, Set.of()), spot.at());
    assertThat(chunk).isNotNull();
    for (String frame : chunk.frames().toString().split("\n\n")) {
      if (!frame.isEmpty()) {
        int id = frame.indexOf("\"id\":\"") + 6;
        seen.add(frame.substring(id, frame.indexOf('"', id)));
      }
    }
    Spot now = new Spot(lane, chunk.next(), chunk.at());
    active.put(reader, now);
    if (random.nextInt(4) > 0 && index.add(reader, subjects, now)) {
      active.remove(reader);
      if (random.nextInt(10) == 0) {
        active.put(reader, index.spot(reader));
        index.remove(reader);
      }
    }
  }
}
