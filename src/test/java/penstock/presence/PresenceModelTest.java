package penstock.presence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
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
 * The scripts of presence, on a real Redis whose clock is driven, against a model in the plainest
 * words: what each answers, who is listed, and every event of the log. {@code -Dpresence.seeds=}
 * asks for more seeds.
 */
@TestInstance(Lifecycle.PER_CLASS)
class PresenceModelTest {

  private static final int STEPS = 400;
  private static final int MOST_MEMBERS = 3;
  private static final List<String> ROOMS = List.of("a", "b c");
  private static final List<String> NAMES = List.of("ann", "bob", "cy", "dee", "\"e");
  private static final List<String> DATA = List.of("", "null", "{\"x\":1.10}", "[]", "\"é\"");

  /** Just before a 29 February, so that the scripts' calendar has one. */
  private static final long START = Instant.parse("2028-02-28T23:59:50Z").toEpochMilli();

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
    log = new TestLog(server, "presence");
    keys = log.names();
  }

  static LongStream seeds() {
    return LongStream.range(0, Long.getLong("presence.seeds", 12L));
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
      value = {
        "time-out | redis.call('ZREM', due, unpack(keys))                 | local kept = keys",
        "time-out | one.known and not one.known.left                      | one.known",
        "time-out | not state.lost and read_member                        | {left = false, deadline = 0, since = 0, data = ''} or read_member",
        "arrive   | known and known.deadline > now                        | known",
        "arrive   | known.deadline > now                                  | known.deadline >= now",
        "arrive   | beat.late and not anew                                | false",
        "arrive   | known.left and ARGV[at + 4] ~= ASKED                  | false",
        "arrive   | size > most                                           | size > most + 1",
        "arrive   | beat.data ~= '' and beat.data ~= known.data           | beat.data ~= ''",
        "depart   | late and 'timed-out' or 'left'                        | 'left'",
        "depart   | redis.call('HSET', members, member, 'left:' .. state.life .. ':') | redis.call('HDEL', members, member)",
        "present  | known.deadline > now                                  | true"
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
    private final PresenceModel model = new PresenceModel(MOST_MEMBERS, START);
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
          case 0, 1, 2, 3, 4, 5, 6, 7 -> arrive();
          case 8, 9, 10 -> depart();
          case 11, 12, 13 -> timeOut();
          case 14, 15, 16, 17, 18 -> pass();
          default -> {
            if (random.nextInt(8) == 0) {
              lose();
            }
          }
        }
        check();
      }
    }

    private String pick(List<String> some) {
      return some.get(random.nextInt(some.size()));
    }

    /** Deadlines are met to the millisecond every now and then. */
    private void pass() {
      now += random.nextInt(4) * 500L;
      model.now(now);
      scripts.time(now);
      done.add("pass to " + now);
    }

    private void arrive() {
      List<Object> arguments = new ArrayList<>();
      List<String> expected = new ArrayList<>();
      Set<String> taken = new HashSet<>();
      for (int i = 1 + random.nextInt(3); i > 0; i--) {
        String room = pick(ROOMS);
        String name = pick(NAMES);
        if (taken.add(room + "/" + name)) {
          long ttl = (1 + random.nextInt(6)) * 500L;
          boolean asked = random.nextInt(3) > 0;
          String data = asked ? pick(DATA) : "";
          arguments.addAll(List.of(room, name, ttl, data, asked ? "asked" : "kept"));
        }
      }
      done.add("arrive " + arguments);
      List<?> reply =
          call(
              "arrive",
              List.of(keys.events(), keys.log(), keys.presence()),
              keys.presenceMembers(),
              keys.presenceNames(),
              MOST_MEMBERS,
              1,
              arguments);
      for (int i = 0; i < arguments.size(); i += 5) {
        expected.add(
            model.arrive(
                (String) arguments.get(i),
                (String) arguments.get(i + 1),
                (Long) arguments.get(i + 2),
                (String) arguments.get(i + 3),
                arguments.get(i + 4).equals("asked")));
      }
      List<String> states =
          reply.stream().skip(1).map(one -> (String) ((List<?>) one).getFirst()).toList();
      assertThat(states).as(this::story).isEqualTo(expected);
    }

    private void depart() {
      String room = pick(ROOMS);
      String name = pick(NAMES);
      done.add("depart " + room + "/" + name);
      Object was =
          ask(
              "depart",
              List.of(
                  keys.events(),
                  keys.log(),
                  keys.presence(),
                  keys.presenceMembers() + room,
                  keys.presenceNames() + room),
              room,
              name);
      assertThat(was).as(this::story).isEqualTo(model.depart(room, name) ? 1L : 0L);
    }

    private void timeOut() {
      int most = 1 + random.nextInt(4);
      done.add("time out " + most);
      List<?> reply =
          call(
              "time-out",
              List.of(keys.events(), keys.log(), keys.presence()),
              keys.presenceMembers(),
              keys.presenceNames(),
              most,
              512 * 1024);
      assertThat(reply.getFirst()).as(this::story).isEqualTo((long) model.timeOut(most));
    }

    /** The log is gone, and whoever looks at it notices. */
    private void lose() {
      log.ask("DEL", keys.events());
      done.add("lose");
      boolean begun = log.ask("EXISTS", keys.log()).equals(1L);
      ask("observe", List.of(keys.events(), keys.log()), List.of());
      if (begun && !model.events().isEmpty()) {
        model.lose();
      }
    }

    private void check() {
      for (String room : ROOMS) {
        List<?> reply =
            (List<?>)
                Objects.requireNonNull(
                    scripts.run(
                        "present",
                        List.of(
                            keys.log(),
                            keys.presence(),
                            keys.presenceMembers() + room,
                            keys.presenceNames() + room),
                        List.of(room, "-", 100, 100_000)));
        assertThat(reply.subList(2, reply.size())).as(this::story).isEqualTo(model.present(room));
      }
      List<String> events = new ArrayList<>();
      for (Object entry :
          (List<?>) Objects.requireNonNull(log.ask("XRANGE", keys.events(), "-", "+"))) {
        List<?> fields = (List<?>) ((List<?>) entry).get(1);
        Map<Object, Object> event = new HashMap<>();
        for (int i = 0; i < fields.size(); i += 2) {
          event.put(fields.get(i), fields.get(i + 1));
        }
        assertThat(event.get("subject").toString())
            .startsWith(event.get("partitionkey").toString() + "/");
        events.add(
            event.get("type")
                + " "
                + event.get("subject")
                + " "
                + event.get("time")
                + " "
                + event.get("data"));
      }
      assertThat(events).as(this::story).isEqualTo(model.events());
    }

    private List<?> call(String script, List<String> names, Object... arguments) {
      return (List<?>) ask(script, names, arguments);
    }

    private Object ask(String script, List<String> names, Object... arguments) {
      List<Object> all = new ArrayList<>(List.of(keys.seen(), "life" + lives++));
      if (script.equals("observe")) {
        all = new ArrayList<>(List.of("life" + lives++, keys.seen()));
      }
      for (Object argument : arguments) {
        if (argument instanceof List<?> several) {
          all.addAll(several);
        } else {
          all.add(argument);
        }
      }
      return Objects.requireNonNull(scripts.run(script, names, all));
    }

    private String story() {
      return "seed " + seed + ": " + String.join("\n", done);
    }
  }
}
