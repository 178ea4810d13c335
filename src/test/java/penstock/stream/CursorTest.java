package penstock.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;

class CursorTest {

  private static final StreamName ORDERS = new StreamName("orders");
  private static final long TODAY = 1_790_000_000_000L;

  private static LogState log(String life, String terms, String trimmed, String last) {
    return new LogState(
        life,
        List.of(terms.split(",")).stream().map(Term::parse).toList(),
        Position.parse(trimmed),
        Position.parse(last),
        100,
        TODAY);
  }

  private static Cursor cursor(LogState log, String position) {
    return Cursor.ofStream(ORDERS, List.of(log), List.of(Position.parse(position)));
  }

  @Test
  void sayingNothingOfAPartitionMakesItDependOnTheOthersOnly() {
    List<LogState> then =
        List.of(log("a", "1:aaaa:0-0", "0-0", "0-0"), log("b", "1:bbbb:0-0", "0-0", "0-0"));
    Cursor partial =
        new Cursor(
            CursorScope.of("stream", ORDERS.value(), "", List.of()).toggle(0, "a"),
            List.of(
                PartitionPosition.in(then.getFirst(), Position.ZERO), PartitionPosition.NOWHERE));
    assertThat(partial.isWhole()).isFalse();
    assertThat(Cursor.parse(partial.encode())).isEqualTo(partial);
    assertThat(partial.obstacle(CursorScope.ofStream(ORDERS, then), then)).isEmpty();
    List<LogState> otherLost = List.of(then.getFirst(), log("c", "1:cccc:0-0", "0-0", "0-0"));
    assertThat(partial.obstacle(CursorScope.ofStream(ORDERS, otherLost), otherLost)).isEmpty();
    List<LogState> lost = List.of(log("c", "1:aaaa:0-0", "0-0", "0-0"), then.getLast());
    assertThat(partial.obstacle(CursorScope.ofStream(ORDERS, lost), lost))
        .contains(ResetReason.NEW_LIFE);
  }

  @Test
  void comesBackAsItWas() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 10_000; round++) {
      int partitions = 1 + random.nextInt(12);
      var places = new ArrayList<PartitionPosition>();
      for (int i = 0; i < partitions; i++) {
        if (random.nextInt(8) == 0) {
          places.add(PartitionPosition.NOWHERE);
          continue;
        }
        places.add(
            new PartitionPosition(
                1 + (random.nextInt() >>> 2 + random.nextInt(29)),
                random.nextInt(1 << 16),
                new Position(
                    random.nextLong() >>> 1 + random.nextInt(62),
                    random.nextLong() >>> 1 + random.nextInt(62))));
      }
      Cursor cursor =
          new Cursor(new CursorScope(random.nextInt(1 << 24), random.nextInt(1 << 24)), places);
      assertThat(Cursor.parse(cursor.encode())).as("seed %d", seed).isEqualTo(cursor);
      assertThat(cursor.encode()).matches("[A-Za-z0-9_-]+");
    }
  }

  @Test
  void eightPartitionsFitIn128Characters() {
    var random = new Random(8);
    List<LogState> logs =
        IntStream.range(0, 8)
            .mapToObj(i -> log("life" + i, (100 + i) + ":ffff:0-0", "0-0", "0-0"))
            .toList();
    for (int round = 0; round < 1_000; round++) {
      List<Position> positions =
          IntStream.range(0, 8)
              .mapToObj(i -> new Position(TODAY - random.nextLong(TODAY), random.nextInt(16_384)))
              .toList();
      assertThat(Cursor.ofStream(ORDERS, logs, positions).encode()).hasSizeLessThanOrEqualTo(128);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "A",
        "AQ",
        "AQAAAAAAAA",
        "*",
        "earliest ",
        "LATEST",
        "AgAAAAAAAAEAAAAA",
        "AQAAAAAAAAEAAA",
        "AQAAAAAAAAEAAP____________8B",
        "%00",
        "ü",
        "1790000000000-0"
      })
  void refusesWhatItDidNotGiveOut(String text) {
    assertThatThrownBy(() -> Cursor.parse(text))
        .isInstanceOfSatisfying(
            ProblemException.class,
            refused -> assertThat(refused.problem().type()).isEqualTo(ProblemType.INVALID_CURSOR));
  }

  @Test
  void anyBytesAreACursorOrRefused() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 100_000; round++) {
      byte[] bytes = new byte[random.nextInt(64)];
      random.nextBytes(bytes);
      if (bytes.length > 0) {
        bytes[0] = 1;
      }
      String text = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
      try {
        Cursor cursor = Cursor.parse(text);
        assertThat(Cursor.parse(cursor.encode())).as("seed %d", seed).isEqualTo(cursor);
      } catch (ProblemException refused) {
        assertThat(refused.problem().type()).isEqualTo(ProblemType.INVALID_CURSOR);
      }
    }
    assertThatThrownBy(() -> Cursor.parse("A".repeat(1_000_000)))
        .isInstanceOf(ProblemException.class);
  }

  /** The cursor is taken in one state of the log and used in another. */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          same state                       | a | 1:aaaa:0-0            | 0-0 | 9-0 | 5-0 | a | 1:aaaa:0-0                       | 0-0 | 9-0  |
          at the end                       | a | 1:aaaa:0-0            | 0-0 | 9-0 | 9-0 | a | 1:aaaa:0-0                       | 0-0 | 9-0  |
          before the first                 | a | 1:aaaa:0-0            | 0-0 | 0-0 | 0-0 | a | 1:aaaa:0-0                       | 0-0 | 9-0  |
          trimmed up to it                 | a | 1:aaaa:0-0            | 0-0 | 9-0 | 5-0 | a | 1:aaaa:0-0                       | 5-0 | 9-0  |
          trimmed beyond it                | a | 1:aaaa:0-0            | 0-0 | 9-0 | 5-0 | a | 1:aaaa:0-0                       | 6-0 | 9-0  | TRIMMED
          trimmed beyond the very start    | a | 1:aaaa:0-0            | 0-0 | 9-0 | 0-0 | a | 1:aaaa:0-0                       | 1-0 | 9-0  | TRIMMED
          another life                     | a | 1:aaaa:0-0            | 0-0 | 9-0 | 5-0 | b | 1:aaaa:0-0                       | 0-0 | 9-0  | NEW_LIFE
          next term, nothing lost          | a | 1:aaaa:0-0            | 0-0 | 9-0 | 9-0 | a | 1:aaaa:0-0,2:bbbb:9-0            | 0-0 | 12-0 |
          next term, tail lost             | a | 1:aaaa:0-0            | 0-0 | 9-0 | 9-0 | a | 1:aaaa:0-0,2:bbbb:8-0            | 0-0 | 12-0 | NEW_TERM
          two terms on, tail lost in one   | a | 1:aaaa:0-0            | 0-0 | 9-0 | 9-0 | a | 1:aaaa:0-0,2:bbbb:8-0,3:cccc:9-9 | 0-0 | 12-0 | NEW_TERM
          two terms on, nothing lost       | a | 1:aaaa:0-0            | 0-0 | 9-0 | 9-0 | a | 1:aaaa:0-0,2:bbbb:9-0,3:cccc:9-9 | 0-0 | 12-0 |
          same number, another lineage     | a | 1:aaaa:0-0,2:bbbb:4-0 | 0-0 | 9-0 | 5-0 | a | 1:aaaa:0-0,2:cccc:4-0            | 0-0 | 9-0  | NEW_TERM
          term not known here              | a | 1:aaaa:0-0,2:bbbb:4-0 | 0-0 | 9-0 | 5-0 | a | 1:aaaa:0-0                       | 0-0 | 9-0  | NEW_TERM
          its term is forgotten            | a | 1:aaaa:0-0            | 0-0 | 9-0 | 5-0 | a | 2:bbbb:9-0,3:cccc:9-0            | 0-0 | 9-0  | NEW_TERM
          log moved back in the same term  | a | 1:aaaa:0-0            | 0-0 | 9-0 | 9-0 | a | 1:aaaa:0-0                       | 0-0 | 8-0  | NEW_TERM
          lost and trimmed: loss is worse  | a | 1:aaaa:0-0            | 0-0 | 9-0 | 9-0 | a | 1:aaaa:0-0,2:bbbb:8-0            | 10-0| 12-0 | NEW_TERM
          """)
  void knowsWhetherItCanBeContinued(
      String what,
      String life,
      String terms,
      String trimmed,
      String last,
      String position,
      String lifeNow,
      String termsNow,
      String trimmedNow,
      String lastNow,
      ResetReason expected) {
    Cursor cursor = Cursor.parse(cursor(log(life, terms, trimmed, last), position).encode());
    List<LogState> now = List.of(log(lifeNow, termsNow, trimmedNow, lastNow));
    assertThat(cursor.obstacle(CursorScope.ofStream(ORDERS, now), now).orElse(null))
        .isEqualTo(expected);
  }

  @Test
  void aCursorOfSomethingElseIsForeign() {
    LogState log = log("a", "1:aaaa:0-0", "0-0", "9-0");
    List<LogState> logs = List.of(log);
    Cursor others = Cursor.ofStream(new StreamName("others"), logs, List.of(Position.parse("5-0")));
    assertThat(others.obstacle(CursorScope.ofStream(ORDERS, logs), logs))
        .contains(ResetReason.FOREIGN);
    Cursor view =
        new Cursor(
            CursorScope.of("view", "orders", "", List.of("a")),
            List.of(PartitionPosition.in(log, Position.parse("5-0"))));
    assertThat(view.obstacle(CursorScope.ofStream(ORDERS, logs), logs))
        .contains(ResetReason.FOREIGN);
    Cursor two = Cursor.ofStream(ORDERS, List.of(log, log), List.of(Position.ZERO, Position.ZERO));
    assertThat(two.obstacle(CursorScope.ofStream(ORDERS, logs), logs))
        .contains(ResetReason.FOREIGN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "9223372036854775807-9223372036854775807",
        "9223372036854775808-0",
        "0-18446744073709551615",
        "18446744073709551615-18446744073709551615"
      })
  void holdsEveryPositionThatRedisHas(String position) {
    List<LogState> logs =
        List.of(
            log("a", "1:aaaa:0-0", "0-0", "1790000000000-0"),
            log("b", "1:bbbb:0-0", "0-0", position),
            log("c", "1:cccc:0-0", "0-0", "1790000000000-0"));
    Cursor cursor = Cursor.ofStream(ORDERS, logs, logs.stream().map(LogState::last).toList());
    assertThat(Cursor.parse(cursor.encode())).isEqualTo(cursor);
    assertThat(cursor.obstacle(CursorScope.ofStream(ORDERS, logs), logs)).isEmpty();
  }
}
