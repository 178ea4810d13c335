package penstock.schedule.delayed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import penstock.projection.DrivenScripts;
import penstock.projection.TestLog;
import penstock.redis.Keys;
import penstock.redis.RedisServer;

/**
 * The scripts of delayed events, on a real Redis whose clock is driven, against a model in plain
 * words: what each answers, what waits, and what is in the log. {@code -Dschedule.seeds=} asks for
 * more seeds.
 */
@TestInstance(Lifecycle.PER_CLASS)
class ScheduleModelTest {

  private static final int STEPS = 300;
  private static final int MOST = 5;
  private static final int IDS = 12;
  private static final long WINDOW_MILLIS = 3_600_000;
  private static final long START = 1_800_000_000_000L;

  private RedisServer server;
  private TestLog log;
  private Keys.OfPartition keys;

  @BeforeAll
  void startServer() {
    server = RedisServer.start();
  }

  @AfterAll
  void stopServer() {
    server.close();
  }

  @BeforeEach
  void clear() {
    server.flush();
    log = new TestLog(server, "delays");
    keys = log.names();
  }

  static LongStream seeds() {
    return LongStream.range(0, Long.getLong("schedule.seeds", 12L));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void whatTheScriptsDoIsWhatTheModelSays(long seed) {
    new Run(seed, Map.of()).steps();
  }

  /** The model would notice. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "deliver  | '(' .. string.format('%.0f', now)                      | '+inf'",
        "deliver  | '(' .. string.format('%.0f', now)                      | string.format('%.0f', now)",
        "deliver  | redis.call('ZREM', due, unpack(done))                  | local kept = done",
        "deliver  | redis.call('HDEL', bodies, unpack(done))               | local kept = done",
        "deliver  | redis.call('HDEL', names, unpack(digests))             | local kept = digests",
        "deliver  | repeats = repeats + 1                                  | repeats = repeats + 2",
        "schedule | deadlines[n] < now                                     | deadlines[n] <= now",
        "schedule | waiting >= most                                        | waiting > most",
        "schedule | elseif found.known[n] then                             | elseif false then",
        "schedule | mine[digest] = n                                       | local kept = n",
        "schedule | name, waiting = name + 1, waiting + 1                  | waiting = waiting + 1",
        "schedule | local scheduled = present[n] and                       | local scheduled = false and",
        "move     | redis.call('ZADD', KEYS[1], 'XX', deadline, ARGV[1])   | local kept = deadline",
        "cancel   | redis.call('HDEL', KEYS[3], cmsgpack.unpack(text)[1])  | local kept = text",
        "cancel   | local was = redis.call('ZREM', KEYS[1], ARGV[1])       | local was = 1"
      })
  void aMutantIsCaught(String script, String part, String other) {
    Map<String, String> mutant = DrivenScripts.mutant(script, part, other);
    assertThatThrownBy(
            () ->
                seeds()
                    .forEach(
                        seed -> {
                          server.flush();
                          new Run(seed, mutant).steps();
                        }))
        .isInstanceOfAny(AssertionError.class, IllegalStateException.class);
  }

  private final class Run {

    private final long seed;
    private final Random random;
    private final DrivenScripts scripts;
    private final ScheduleModel model = new ScheduleModel(MOST, START);
    private final Map<String, String> names = new HashMap<>();
    private final List<String> done = new ArrayList<>();
    private long now = START;
    private int lives;

    Run(long seed, Map<String, String> mutants) {
      this.seed = seed;
      this.random = new Random(seed);
      this.scripts = new DrivenScripts(log, mutants);
    }

    void steps() {
      scripts.time(now);
      for (int step = 0; step < STEPS; step++) {
        switch (random.nextInt(20)) {
          case 0, 1, 2, 3, 4, 5, 6 -> schedule();
          case 7 -> append();
          case 8, 9, 10, 11 -> deliver();
          case 12, 13 -> move();
          case 14 -> cancel();
          case 15, 16, 17, 18 -> pass();
          default -> lose();
        }
        check();
      }
    }

    private String anyId() {
      return "e" + random.nextInt(IDS);
    }

    private static String digest(String id) {
      return "digest-" + "0".repeat(9 - id.length()) + id;
    }

    private static List<Object> fields(String id) {
      return List.of("specversion", "1.0", "id", id, "source", "/m", "type", "t");
    }

    /** Deadlines are met to the millisecond every now and then. */
    private long someDeadline() {
      return now + (random.nextInt(6) - 1) * 500L;
    }

    private void pass() {
      now += random.nextInt(4) * 500L;
      model.now(now);
      scripts.time(now);
      done.add("pass to " + now);
    }

    private void schedule() {
      List<Object> arguments = new ArrayList<>(List.of(WINDOW_MILLIS, MOST));
      List<Integer> expected = new ArrayList<>();
      List<String> ids = new ArrayList<>();
      long deadline = someDeadline();
      Set<String> chosen = new LinkedHashSet<>();
      for (int i = 1 + random.nextInt(3); i > 0; i--) {
        chosen.add(anyId());
      }
      ids.addAll(chosen);
      if (random.nextInt(4) == 0) {
        ids.add(ids.getFirst());
      }
      boolean relative = deadline >= now && random.nextBoolean();
      for (String id : ids) {
        List<Object> fields = fields(id);
        arguments.addAll(
            List.of(
                digest(id),
                relative && deadline > now ? "+" + (deadline - now) : "" + deadline,
                fields.size()));
        arguments.addAll(fields);
        expected.add(model.schedule(id, deadline));
      }
      done.add("schedule " + ids + " for " + deadline);
      List<?> reply = call("schedule", allKeys(), arguments);
      List<Integer> told = new ArrayList<>();
      for (int i = 0; i < ids.size(); i++) {
        int what = Integer.parseInt(reply.get(4 + 3 * i).toString());
        told.add(what);
        if (what == ScheduleModel.WAITS) {
          names.put(ids.get(i), reply.get(5 + 3 * i).toString());
        }
      }
      assertThat(told).as(this::story).isEqualTo(expected);
    }

    private void append() {
      String id = anyId();
      List<Object> arguments = new ArrayList<>(List.of(WINDOW_MILLIS, 1, digest(id), 8));
      arguments.addAll(fields(id));
      done.add("append " + id);
      call("append", List.of(keys.events(), keys.log()), arguments);
      model.append(id);
    }

    private void deliver() {
      int some = 1 + random.nextInt(3);
      done.add("deliver " + some);
      List<?> reply = call("deliver", allKeys(), List.of(WINDOW_MILLIS, some, 512 * 1024));
      int repeats = model.deliver(some);
      assertThat(reply.get(2)).as(this::story).isEqualTo((long) repeats);
      assertThat(reply.get(1)).as(this::story).isEqualTo((long) model.waiting().size());
    }

    private void move() {
      String id = anyId();
      long deadline = now + random.nextInt(4) * 500L;
      done.add("move " + id + " to " + deadline);
      Object reply = scripts.run("move", List.of(keys.due()), List.of(nameOf(id), deadline));
      assertThat(reply != null).as(this::story).isEqualTo(model.move(id, deadline));
    }

    private void cancel() {
      String id = anyId();
      done.add("cancel " + id);
      List<?> reply =
          (List<?>)
              Objects.requireNonNull(
                  scripts.run(
                      "cancel",
                      List.of(keys.due(), keys.dueEvents(), keys.dueDigests()),
                      List.of(nameOf(id))));
      assertThat(reply.getFirst()).as(this::story).isEqualTo(model.cancel(id) ? 1L : 0L);
    }

    private String nameOf(String id) {
      return names.getOrDefault(id, "none");
    }

    /** Another hand deletes the log, now and then. */
    private void lose() {
      if (random.nextInt(4) == 0) {
        done.add("lose");
        log.ask("DEL", keys.events());
        model.lose();
      }
    }

    private void check() {
      List<String> waiting = new ArrayList<>();
      for (ScheduleModel.Waiting one : model.waiting()) {
        waiting.add(nameOf(one.id()));
        waiting.add(Long.toString(one.deadline()));
      }
      assertThat(log.ask("ZRANGE", keys.due(), 0, -1, "WITHSCORES"))
          .as(this::story)
          .isEqualTo(waiting);
      long size = model.waiting().size();
      assertThat(log.ask("HLEN", keys.dueEvents())).as(this::story).isEqualTo(size);
      assertThat(log.ask("HLEN", keys.dueDigests())).as(this::story).isEqualTo(size);
      List<String> ids = new ArrayList<>();
      for (Object entry :
          (List<?>) Objects.requireNonNull(log.ask("XRANGE", keys.events(), "-", "+"))) {
        List<?> fields = (List<?>) ((List<?>) entry).get(1);
        ids.add((String) fields.get(fields.indexOf("id") + 1));
      }
      assertThat(ids).as(this::story).isEqualTo(model.log());
    }

    private List<String> allKeys() {
      return List.of(keys.events(), keys.log(), keys.due(), keys.dueEvents(), keys.dueDigests());
    }

    private List<?> call(String script, List<String> of, List<?> arguments) {
      List<Object> all = new ArrayList<>(List.of(keys.seen(), "life" + lives++));
      all.addAll(arguments);
      return (List<?>) Objects.requireNonNull(scripts.run(script, of, all));
    }

    private String story() {
      return "seed " + seed + ": " + String.join("\n", done);
    }
  }
}
