package penstock.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static penstock.Patience.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import penstock.projection.TestLog;
import penstock.redis.RedisServer;

/**
 * Random histories of a group against a model of what consumers were told: nobody gets what is
 * done, each event is acknowledged once or set aside, and of an ordered group no two events of a
 * key are out at once, nor one before an earlier one is done; also while its settings change.
 */
class GroupModelTest {

  private static final long SEED = Long.getLong("group.seed", 1L);
  private static final int SEEDS = Integer.getInteger("group.seeds", 6);
  private static final int STEPS = 600;
  private static final int KEYS = 5;
  private static final int MOST_DELIVERIES = 6;
  private static final long FOR_EVER = 3_600_000;

  private static RedisServer server;

  private TestLog log;
  private GroupScripts group;
  private Random random;
  private boolean ordered;
  private int maxDeliveries = 3;

  /** Of each event that was appended its key, in the log's order. */
  private final Map<String, String> keys = new LinkedHashMap<>();

  /** What a consumer may still speak of: event to the number of the delivery. */
  private final Map<String, Integer> out = new LinkedHashMap<>();

  private final Set<String> done = new HashSet<>();
  private final Set<String> setAside = new HashSet<>();
  private final Set<String> gone = new HashSet<>();

  @BeforeAll
  static void start() {
    server = RedisServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  static LongStream seeds() {
    return LongStream.range(SEED, SEED + SEEDS);
  }

  @BeforeEach
  void empty() {
    server.flush();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void withoutOrder(long seed) {
    run(seed, false);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void byKeyInOrder(long seed) {
    run(seed, true);
  }

  private void run(long seed, boolean inOrder) {
    System.out.printf("group: seed %d, ordered %s%n", seed, inOrder);
    random = new Random(seed);
    ordered = inOrder;
    try (TestLog opened = new TestLog(server, "s")) {
      log = opened;
      group = new GroupScripts(log, "g");
      append();
      group.create(maxDeliveries, ordered, FOR_EVER, "0-0");
      group.mostParked(20);
      for (int i = 0; i < STEPS; i++) {
        step(random.nextInt(100), i > STEPS * 2 / 3);
      }
      drain();
    }
    // may be empty, unlike what AssertJ's own comparison takes
    assertThat(setAside).noneMatch(done::contains);
    Set<String> all = new HashSet<>(done);
    all.addAll(setAside);
    all.addAll(gone);
    assertThat(all).isEqualTo(keys.keySet());
    assertThat(log().pending("group.g")).isZero();
    assertThat((List<?>) server.ask("KEYS", "*group:g:*")).isEmpty();
    assertThat(server.ask("XLEN", log.names().dead())).isEqualTo((long) setAside.size());
  }

  private TestLog log() {
    log = new TestLog(server, "s");
    return log;
  }

  private void step(int chance, boolean ending) {
    if (chance < 30 && !ending) {
      append();
    } else if (chance < 60) {
      pull(1 + random.nextInt(3), 1 + random.nextInt(4), random.nextInt(4) == 0 ? 1 : FOR_EVER);
    } else if (chance < 92 && !out.isEmpty()) {
      say();
    } else if (chance < 94) {
      log.ask("XGROUP", "DESTROY", log.names().events(), "group.g");
      group.restore();
    } else if (chance < 96) {
      log.ask("XGROUP", "DELCONSUMER", log.names().events(), "group.g", "c0");
    } else if (chance < 98) {
      assertThat(group.tidy()).as("there is nothing to put right").isZero();
    } else if (chance < 99) {
      remove();
    } else {
      maxDeliveries = 1 + random.nextInt(MOST_DELIVERIES);
      group.create(maxDeliveries, ordered, FOR_EVER, "0-0");
    }
  }

  private void append() {
    List<Map<String, String>> events = new ArrayList<>();
    int count = 1 + random.nextInt(5);
    for (int i = 0; i < count; i++) {
      events.add(TestLog.event("t", "k" + random.nextInt(KEYS), "{}"));
    }
    List<String> ids = log.append(events);
    IntStream.range(0, count).forEach(i -> keys.put(ids.get(i), events.get(i).get("subject")));
  }

  /** Another hand removes an event of the log. */
  private void remove() {
    List<String> there =
        keys.keySet().stream()
            .filter(id -> !done.contains(id) && !setAside.contains(id) && !out.containsKey(id))
            .toList();
    if (!there.isEmpty()) {
      String id = there.get(random.nextInt(there.size()));
      log.ask("XDEL", log.names().events(), id);
      gone.add(id);
    }
  }

  private boolean pull(int consumers, int wanted, long lease) {
    GroupScripts.Reply reply =
        group.pull(IntStream.range(0, consumers).mapToObj(i -> "c" + i).toList(), wanted, lease);
    for (String delivery : reply.deliveries()) {
      String id = id(delivery);
      if (done.contains(id) || setAside.contains(id)) {
        fail(id + " is delivered after it is done");
      }
      if (ordered) {
        isNext(id);
      }
      out.put(id, number(delivery));
    }
    for (String delivery : reply.exhausted()) {
      assertThat(number(delivery)).isGreaterThanOrEqualTo(maxDeliveries);
      assertThat(group.nack(0, "too often", List.of(delivery + "#"))).containsExactly(1L, 1L);
      out.remove(id(delivery));
      setAside.add(id(delivery));
    }
    return !reply.deliveries().isEmpty() || !reply.exhausted().isEmpty() || reply.more();
  }

  private void isNext(String id) {
    for (Map.Entry<String, String> event : keys.entrySet()) {
      String other = event.getKey();
      if (other.equals(id)) {
        return;
      }
      if (event.getValue().equals(keys.get(id))) {
        if (!done.contains(other) && !setAside.contains(other) && !gone.contains(other)) {
          fail("%s is delivered before %s of the same key is done".formatted(id, other));
        }
      }
    }
  }

  private void say() {
    List<String> ids = List.copyOf(out.keySet());
    String id = ids.get(random.nextInt(ids.size()));
    String delivery = id + ":" + out.get(id);
    switch (random.nextInt(10)) {
      case 0 -> assertThat(group.extend(FOR_EVER, List.of(delivery))).containsExactly(1L);
      case 1 -> assertThat(group.ack(List.of(id + ":" + (out.get(id) + 1)))).containsExactly(0L);
      case 2 -> {
        List<Object> reply = group.nack(0, "", List.of(delivery));
        assertThat(reply.get(1)).isEqualTo(1L);
        if (reply.getFirst().equals(1L)) {
          setAside.add(id);
        }
        out.remove(id);
      }
      case 3 -> {
        assertThat(group.nackUncounted(List.of(delivery))).containsExactly(0L, 1L);
        out.remove(id);
      }
      default -> {
        assertThat(group.ack(List.of(delivery, delivery))).containsExactly(1L, 0L);
        out.remove(id);
        done.add(id);
      }
    }
  }

  /** All that is left is delivered and acknowledged. */
  private void drain() {
    await()
        .pollInterval(Duration.ofMillis(1))
        .until(
            () -> {
              boolean some = pull(1, 10, FOR_EVER);
              for (String id : new LinkedHashSet<>(out.keySet())) {
                assertThat(group.ack(List.of(id + ":" + out.get(id)))).containsExactly(1L);
                out.remove(id);
                done.add(id);
                some = true;
              }
              return !some;
            });
  }

  private static String id(String delivery) {
    return delivery.substring(0, delivery.indexOf(':'));
  }

  private static int number(String delivery) {
    return Integer.parseInt(delivery.substring(delivery.indexOf(':') + 1));
  }
}
