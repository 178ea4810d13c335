package penstock.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import penstock.projection.TestLog;
import penstock.redis.RedisServer;

/** Scripts count and compare positions as digits, and come to the same as {@link Position}. */
class PositionScriptTest {

  private static final String SCRIPT =
      TestLog.source("part/ids")
          + """
          local found = {}
          for i = 1, #ARGV, 2 do
            found[#found + 1] = {after(ARGV[i]), before(after(ARGV[i])), is_after(ARGV[i], ARGV[i + 1]) and 1 or 0}
          end
          return found
          """;

  /** Where digits or halves carry over, or Lua's numbers would lose some. */
  private static final List<Long> EDGES =
      List.of(0L, 1L, 8L, 9L, 10L, 99L, 100L, 1L << 53, Long.MAX_VALUE, Long.MIN_VALUE, -2L, -1L);

  @Test
  void areCountedAndComparedAsInJava() {
    List<Position> positions = new ArrayList<>();
    for (long millis : EDGES) {
      EDGES.forEach(sequence -> positions.add(new Position(millis, sequence)));
    }
    var random = new Random(5);
    for (int i = 0; i < 500; i++) {
      long shared = random.nextLong() >>> random.nextInt(64);
      positions.add(new Position(shared, random.nextLong() >>> random.nextInt(64)));
      positions.add(new Position(shared, random.nextLong() >>> random.nextInt(64)));
    }
    positions.remove(Position.MAX);

    List<Object> command = new ArrayList<>(List.of("EVAL", SCRIPT, 0));
    List<List<Object>> expected = new ArrayList<>();
    for (int i = 0; i < positions.size(); i++) {
      Position one = positions.get(i);
      Position other = positions.get(Math.floorMod(i + (i % 3) - 1, positions.size()));
      command.add(one);
      command.add(other);
      expected.add(
          List.of(
              one.next().orElseThrow().toString(), one.toString(), one.isAfter(other) ? 1L : 0L));
    }
    try (var redis = RedisServer.start()) {
      assertThat(redis.ask(command.toArray())).isEqualTo(expected);
    }
  }
}
