package penstock.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static penstock.Patience.await;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;
import penstock.redis.Script;
import penstock.view.Registry;
import penstock.view.ViewDefinition;

/** Workers driven by hand against a real Redis: whatever happens, every event counts once. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(HandDriven.Profile.class)
class WorkerTest {

  /** Before it is looked again whether there was enough time. */
  private static final int STEPS = 100;

  RedisServer redis;
  @Inject HandDriven hand;
  private TestLog log;
  private final Map<String, Integer> expected = new TreeMap<>();
  private int instances;

  @BeforeEach
  void open() {
    redis.flush();
    log = new TestLog(redis, "hand");
  }

  @AfterEach
  void close() {
    log.ask("CONFIG", "SET", "maxmemory", 0);
    log.close();
  }

  private Worker worker(String view) {
    return hand.worker(view, "instance-" + ++instances);
  }

  /** Runs until there is nothing to do; a failure is what the loop would try again after. */
  private static void drain(Worker... workers) {
    await()
        .until(
            () -> {
              for (int step = 0; step < STEPS; step++) {
                if (quiet(workers)) {
                  return true;
                }
              }
              return false;
            });
  }

  private static boolean quiet(Worker... workers) throws InterruptedException {
    boolean quiet = true;
    for (Worker worker : workers) {
      try {
        quiet &= !worker.runOnce();
      } catch (RuntimeException again) {
        quiet = false;
      }
    }
    return quiet;
  }

  /** Runs until something holds, which may take the worker's patience. */
  private static void runUntil(Worker worker, BooleanSupplier condition) {
    await()
        .until(
            () -> {
              quiet(worker);
              return condition.getAsBoolean();
            });
  }

  private void append(int count, Random random) {
    List<Map<String, String>> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String subject = "key-" + random.nextInt(20);
      expected.merge(subject, 1, Integer::sum);
      events.add(TestLog.event("t", subject, "{\"n\":" + i + "}"));
    }
    log.append(events);
  }

  private Map<String, Integer> counts(Assignment work) {
    var counts = new TreeMap<String, Integer>();
    log.entries(work.names())
        .forEach((key, of) -> counts.put(key, Integer.valueOf(of.get("count"))));
    return counts;
  }

  private String state(Assignment work, String field) {
    return log.hash(work.names().state()).get(field);
  }

  @Test
  void appliesAllThatWasAppendedBeforeItAndAcknowledgesIt() {
    append(1_000, new Random(1));
    Worker worker = worker("counted");
    drain(worker);
    assertThat(counts(worker.shard())).isEqualTo(expected);
    assertThat(log.pending(worker.shard().group())).isZero();
    assertThat(state(worker.shard(), "count")).isEqualTo("1000");
    assertThat(worker.state()).isEqualTo(new WorkerState.Working());
  }

  @Test
  void mergesDeletesAndMakesAnewWithinOneBatch() {
    log.append("t", "a", "{\"x\":1.10,\"y\":{\"z\":1}}");
    log.append("t", "b", "{\"x\":1}");
    Worker worker = worker("merged");
    drain(worker);
    log.append("t", "a", "{\"y\":{\"w\":2}}");
    log.append("deleted", "b", "{}");
    log.append("t", "c", "{\"x\":null}");
    log.append("t", "d", "{\"old\":1}");
    log.append("deleted", "d", "{}");
    log.append("t", "d", "{\"new\":1}");
    log.append("t", "e", "{\"x\":1}");
    log.append("deleted", "e", "{}");
    drain(worker);
    assertThat(log.entries(worker.shard().names()))
        .isEqualTo(
            Map.of(
                "a", Map.of("x", "1.10", "y", "{\"z\":1,\"w\":2}"),
                "c", Map.of(),
                "d", Map.of("new", "1")));
    log.append("t", "b", "{\"y\":2}");
    log.append("deleted", "d", "{}");
    log.append("t", "d", "{\"z\":1}");
    drain(worker);
    assertThat(log.entries(worker.shard().names()))
        .containsEntry("b", Map.of("y", "2"))
        .containsEntry("d", Map.of("z", "1"));
  }

  @Test
  void setsAsideWhatCannotBeFoldedAndSkipsWhatHasNoKey() {
    Worker picky = worker("picky");
    log.append("wanted", "a", "{\"who\":\"ann\"}");
    log.append("wanted", "a", "{\"who\":1.10}");
    log.append("wanted", "a", "{\"other\":1}");
    log.append("unwanted", "a", "{\"who\":[]}");
    String bad = log.append("wanted", "a", "{\"who\":{}}");
    drain(picky);
    assertThat(counts(picky.shard())).isEqualTo(Map.of("ann", 1, "1.10", 1));
    assertThat(state(picky.shard(), "skipped")).isEqualTo("1");
    assertThat(state(picky.shard(), "dead")).isEqualTo("1");
    List<?> letters = (List<?>) log.ask("XRANGE", log.names().dead(), "-", "+");
    assertThat(letters).hasSize(1);
    List<?> fields = (List<?>) ((List<?>) letters.getFirst()).get(1);
    assertThat(fields.subList(0, 8))
        .isEqualTo(
            List.of(
                "view",
                "picky",
                "generation",
                picky.shard().generation().id(),
                "reason",
                "the key at /who is no string, number or boolean",
                "position",
                bad));
    assertThat(fields.toString()).contains("data, {\"who\":{}}", "type, wanted", "subject, a");
  }

  @Test
  void setsAsideWhatWouldMakeAnEntryTooLarge() {
    String large = "x".repeat(200_000);
    log.append("t", "a", "{\"one\":\"" + large + "\"}");
    log.append("t", "a", "{\"two\":\"" + large + "\"}");
    log.append("t", "a", "{\"three\":3}");
    log.append("t", "b", "[1]");
    Worker worker = worker("merged");
    drain(worker);
    assertThat(log.entries(worker.shard().names()).get("a")).containsOnlyKeys("one", "three");
    assertThat(log.entries(worker.shard().names())).containsOnlyKeys("a");
    assertThat(log.ask("XLEN", log.names().dead())).isEqualTo(2L);
  }

  @Test
  void commitsLargeEventsInSeveralScripts() {
    String large = "x".repeat(100_000);
    for (int i = 0; i < 20; i++) {
      log.append("t", "key-" + i, "{\"v\":\"" + large + "\"}");
    }
    Worker worker = worker("merged");
    drain(worker);
    assertThat(log.entries(worker.shard().names())).hasSize(20);
    assertThat((Long) log.ask("XLEN", worker.shard().names().changes())).isBetween(4L, 20L);
    // Entries that are read come in several scripts, too.
    Worker next = worker("merged");
    log.ask("DEL", worker.shard().names().lease());
    for (int i = 0; i < 20; i++) {
      log.append("t", "key-" + i, "{\"w\":1}");
    }
    drain(next);
    assertThat(log.entries(worker.shard().names()).values())
        .allSatisfy(entry -> assertThat(entry).containsOnlyKeys("v", "w"));
  }

  @Test
  void anEntryNobodyCanReadIsADeadLetter() {
    append(1, new Random(1));
    log.ask("XADD", log.names().events(), "*", "foreign", "field");
    append(1, new Random(2));
    Worker worker = worker("counted");
    drain(worker);
    assertThat(counts(worker.shard())).isEqualTo(expected);
    assertThat(log.ask("XLEN", log.names().dead())).isEqualTo(1L);
  }

  /** The process dies after it was given events and before their commit. */
  @Test
  void whatADeadWorkerWasGivenIsAppliedOnceByTheNext() {
    append(600, new Random(1));
    Script death = Script.of("return redis.error_reply('DEAD before the commit')");
    Worker dead = hand.worker(hand.assignment("counted"), "dead", death);
    await()
        .untilAsserted(
            () ->
                assertThatThrownBy(
                        () -> {
                          while (dead.runOnce()) {}
                        })
                    .hasMessageStartingWith("DEAD"));
    assertThat(log.pending(dead.shard().group())).isPositive();
    Worker next = worker("counted");
    runUntil(next, () -> next.state().equals(new WorkerState.Working()));
    drain(next);
    assertThat(counts(next.shard())).isEqualTo(expected);
    assertThat(log.pending(next.shard().group())).isZero();
    assertThat(log.ask("XINFO", "CONSUMERS", log.names().events(), next.shard().group()).toString())
        .doesNotContain("dead");
  }

  /** The commit was done, but its answer never came. */
  @Test
  void aCommitWhoseAnswerIsLostCountsOnce() {
    append(300, new Random(1));
    String text =
        TestLog.source("commit").replace("return result\n", "return redis.error_reply('LOST')\n");
    assertThat(text).contains("LOST");
    Worker worker = hand.worker(hand.assignment("counted"), "deaf", Script.of(text));
    drain(worker);
    assertThat(counts(worker.shard())).isEqualTo(expected);
  }

  @Test
  void onlyOneWorksAndTheOtherTakesOverWhenTheLeaseIsGivenBack() throws Exception {
    append(10, new Random(1));
    Worker one = worker("counted");
    Worker two = worker("counted");
    drain(one);
    drain(two);
    assertThat(two.state()).isEqualTo(new WorkerState.StandingBy("instance-1"));
    one.close();
    append(10, new Random(2));
    drain(two);
    assertThat(two.state()).isEqualTo(new WorkerState.Working());
    assertThat(counts(two.shard())).isEqualTo(expected);
  }

  /** A zombie goes on after its lease ran out, and takes events from the group. */
  @Test
  void aZombieCommitsNothingAndWhatItTookIsNotLost() {
    append(10, new Random(1));
    Worker zombie = worker("counted");
    Worker next = worker("counted");
    drain(zombie);
    log.ask("DEL", zombie.shard().names().lease());
    drain(next);
    append(10, new Random(2));
    assertThatThrownBy(
            () -> {
              while (zombie.runOnce()) {}
            })
        .hasMessageStartingWith("FENCED");
    runUntil(next, () -> counts(next.shard()).equals(expected));
    drain(next);
    assertThat(log.pending(next.shard().group())).isZero();
  }

  @Test
  void whatAnotherConsumerTookBetweenTwoReadsIsNotLost() {
    append(10, new Random(1));
    Worker worker = worker("counted");
    drain(worker);
    append(5, new Random(2));
    log.ask(
        "XREADGROUP",
        "GROUP",
        worker.shard().group(),
        "thief",
        "STREAMS",
        log.names().events(),
        ">");
    append(5, new Random(3));
    drain(worker);
    assertThat(counts(worker.shard())).isEqualTo(expected);
    assertThat(log.pending(worker.shard().group())).isZero();
  }

  @Test
  void aGroupThatIsSetBackOrForwardChangesNothing() {
    append(10, new Random(1));
    Worker worker = worker("counted");
    drain(worker);
    log.ask("XGROUP", "SETID", log.names().events(), worker.shard().group(), "0");
    drain(worker);
    append(10, new Random(2));
    drain(worker);
    append(10, new Random(3));
    log.ask("XGROUP", "SETID", log.names().events(), worker.shard().group(), "$");
    append(10, new Random(4));
    drain(worker);
    assertThat(counts(worker.shard())).isEqualTo(expected);
    assertThat(log.pending(worker.shard().group())).isZero();
  }

  @Test
  void aGroupThatIsGoneIsMadeAgainWhereTheViewStands() {
    append(10, new Random(1));
    Worker worker = worker("counted");
    drain(worker);
    log.ask("XGROUP", "DESTROY", log.names().events(), worker.shard().group());
    append(10, new Random(2));
    drain(worker);
    assertThat(counts(worker.shard())).isEqualTo(expected);
  }

  @Test
  void anEmptiedRedisBeginsANewLife() {
    append(10, new Random(1));
    Worker worker = worker("counted");
    drain(worker);
    redis.flush();
    expected.clear();
    append(7, new Random(2));
    drain(worker);
    assertThat(counts(worker.shard())).isEqualTo(expected);
    assertThat(log.ask("HGET", "ps:views", "counted")).isEqualTo(worker.shard().generation().id());
  }

  @Test
  void aLostLogBeginsANewLifeWithoutTheEntriesOfTheOld() {
    append(500, new Random(1));
    for (int i = 0; i < 500; i++) {
      log.append("t", "old-" + i, "{}");
    }
    Worker worker = worker("counted");
    drain(worker);
    log.ask("DEL", log.names().events());
    expected.clear();
    append(3, new Random(2));
    drain(worker);
    assertThat(counts(worker.shard())).isEqualTo(expected);
    assertThat(state(worker.shard(), "count")).isEqualTo("3");
    assertThat((List<?>) log.ask("KEYS", worker.shard().names().entries() + "old*")).isEmpty();
  }

  @Test
  void entriesRemovedFromTheLogWhilePendingAreAcknowledged() {
    append(5, new Random(1));
    Worker worker = worker("counted");
    drain(worker);
    Map<String, Integer> before = Map.copyOf(expected);
    append(5, new Random(2));
    log.ask(
        "XREADGROUP",
        "GROUP",
        worker.shard().group(),
        "gone",
        "STREAMS",
        log.names().events(),
        ">");
    log.ask("XTRIM", log.names().events(), "MAXLEN", 0);
    append(0, new Random(3));
    log.append("t", "after", "{}");
    drain(worker);
    runUntil(worker, () -> log.pending(worker.shard().group()) == 0);
    var counts = new TreeMap<>(before);
    counts.put("after", 1);
    assertThat(counts(worker.shard())).isEqualTo(counts);
    assertThat(state(worker.shard(), "count"))
        .isEqualTo(log.hash(log.names().log()).get("appended"));
  }

  @Test
  void aFullRedisIsDrained() {
    append(500, new Random(1));
    Worker worker = worker("counted");
    log.ask("CONFIG", "SET", "maxmemory", 1);
    drain(worker);
    assertThat(counts(worker.shard())).isEqualTo(expected);
    assertThat(log.pending(worker.shard().group())).isZero();
  }

  @Test
  void aWriteThatFailsHaltsTheViewAloud() {
    Worker worker = worker("merged");
    log.append("t", "a", "{\"x\":1}");
    log.ask("SET", worker.shard().names().entries() + "a", "not a hash");
    runUntil(worker, () -> worker.state() instanceof WorkerState.Halted);
    assertThat(worker.state().isFine()).isFalse();
    assertThat(worker.state().text()).contains("WRONGTYPE");
    assertThat(state(worker.shard(), "applied")).isEqualTo("0-0");
  }

  /** The same view by another definition, as after a change of the configuration. */
  private Assignment changed(Assignment was) {
    var changed = hand.definition("merged");
    var definition =
        new ViewDefinition(
            was.view().name(),
            changed.stream(),
            1,
            changed.foldName(),
            changed.fold(),
            changed.key(),
            changed.keyRule(),
            changed.types(),
            changed.subjects(),
            changed.deletes(),
            false,
            false);
    return hand.assignment(definition, definition.generation());
  }

  @Test
  void aChangedDefinitionIsBuiltBesideTheOldOneAndTakesItsPlace() throws Exception {
    append(1_000, new Random(1));
    Assignment was = hand.assignment("counted");
    Assignment is = changed(was);
    Map<String, Set<String>> both = Map.of("old", Set.of(was.name()), "new", Set.of(is.name()));
    Roster ofOld = new Roster("old");
    Roster ofNew = new Roster("new");
    ofOld.update(both, Registry.EMPTY);
    ofNew.update(both, Registry.EMPTY);
    Worker old = hand.worker(was, "old", Script.named("commit"), ofOld);
    drain(old);
    Worker next = hand.worker(is, "new", Script.named("commit"), ofNew);
    runUntil(next, () -> next.state().equals(new WorkerState.Working()));
    assertThat(log.ask("HGET", "ps:views", "counted")).isEqualTo(was.generation().id());
    // Meanwhile readers that know the new definition are given the old one's entries by its own
    // fold.
    assertThat(hand.value(is.view(), "key-1")).isEqualTo(expected.get("key-1").toString());
    drain(next);
    assertThat(hand.value(is.view(), "key-1")).startsWith("{\"n\":");
    assertThat(log.ask("HGET", "ps:views", "counted")).isEqualTo(is.generation().id());
    // The old one goes on as long as someone works it, and does not take its place back.
    for (int i = 0; i < 3; i++) {
      append(10, new Random(2));
      drain(old, next);
      assertThat(log.ask("HGET", "ps:views", "counted")).isEqualTo(is.generation().id());
    }
    assertThat(counts(was)).isEqualTo(expected);
    old.close();
    Caretaker caretaker = hand.caretaker();
    hand.membership("new").heartbeat(List.of(is.name())).toCompletionStage();
    await()
        .until(
            () -> {
              caretaker.runOnce();
              return ((List<?>) log.ask("KEYS", was.names().state() + "*")).isEmpty();
            });
    assertThat(log.ask("XINFO", "GROUPS", log.names().events()).toString())
        .doesNotContain(was.group())
        .contains(is.group());
    assertThat(log.entries(is.names())).hasSize(expected.size());
    assertThat(log.hash("ps:views").keySet())
        .doesNotContain("counted:" + was.generation().id())
        .contains("counted:" + is.generation().id());
  }

  /** A return to the definition before: its generation is old, and nobody works the other one. */
  @Test
  void anEarlierDefinitionIsServedAgainWhenNobodyWorksTheLaterOne() throws Exception {
    append(100, new Random(1));
    Assignment was = hand.assignment("counted");
    Assignment is = changed(was);
    Worker old = hand.worker(was, "old", Script.named("commit"));
    drain(old);
    old.close();
    Worker next = hand.worker(is, "new", Script.named("commit"));
    drain(next);
    next.close();
    assertThat(log.ask("HGET", "ps:views", "counted")).isEqualTo(is.generation().id());
    append(100, new Random(2));
    Worker again = hand.worker(was, "again", Script.named("commit"));
    drain(again);
    assertThat(log.ask("HGET", "ps:views", "counted")).isEqualTo(was.generation().id());
    assertThat(counts(was)).isEqualTo(expected);
  }

  @Test
  void aLogWithoutItsBeginningIsOnlyFoldedIfThatIsAccepted() {
    append(5, new Random(1));
    String last = log.hash(log.names().log()).get("last");
    log.ask("XTRIM", log.names().events(), "MAXLEN", 0);
    log.ask("HSET", log.names().log(), "trimmed", last);
    expected.clear();
    append(5, new Random(2));
    Worker strict = worker("counted");
    runUntil(strict, () -> strict.state() instanceof WorkerState.Halted);
    assertThat(strict.state().text()).contains("accept-partial-history");
    Worker lenient = worker("partial");
    drain(lenient);
    assertThat(counts(lenient.shard())).isEqualTo(expected);
    assertThat(log.hash(lenient.shard().names().state()))
        .containsEntry("complete-from", last)
        .containsEntry("count", "10");
  }

  @Test
  void survivesARestartOfRedisInTheMiddle() {
    append(2_000, new Random(1));
    Worker worker = worker("counted");
    runUntil(
        worker,
        () ->
            state(worker.shard(), "applied") != null
                && !state(worker.shard(), "applied").equals("0-0"));
    log.close();
    redis.restart();
    log = new TestLog(redis, "hand");
    append(500, new Random(2));
    drain(worker);
    assertThat(counts(worker.shard())).isEqualTo(expected);
  }

  /** Random turns of two workers that lose leases, memory and events to thieves. */
  private boolean everyEventCountsOnce(String commit, long seed) throws InterruptedException {
    redis.flush();
    expected.clear();
    Random random = new Random(seed);
    Assignment work = hand.assignment("counted");
    Script script = Script.of(commit);
    Worker[] workers = {hand.worker(work, "a", script), hand.worker(work, "b", script)};
    drain(workers[0]);
    for (int turn = 0; turn < 120; turn++) {
      switch (random.nextInt(8)) {
        case 0, 1 -> append(1 + random.nextInt(40), random);
        case 2 -> log.ask("DEL", work.names().lease());
        case 3 -> {
          if (log.ask("EXISTS", log.names().events()).equals(1L)) {
            try {
              log.ask(
                  "XREADGROUP",
                  "GROUP",
                  work.group(),
                  "thief",
                  "COUNT",
                  3,
                  "STREAMS",
                  log.names().events(),
                  ">");
            } catch (IllegalStateException noGroup) {
              // not made yet
            }
          }
        }
        default -> quiet(workers[random.nextInt(2)]);
      }
    }
    log.ask("DEL", work.names().lease());
    Worker last = hand.worker(work, "last", Script.named("commit"));
    runUntil(last, () -> last.state().equals(new WorkerState.Working()));
    drain(last);
    return counts(work).equals(expected);
  }

  @Test
  void everyEventCountsOnceWhateverTheTurns() throws InterruptedException {
    long seed = System.nanoTime();
    for (int i = 0; i < 10; i++) {
      assertThat(everyEventCountsOnce(TestLog.source("commit"), seed + i))
          .as("seed %d", seed + i)
          .isTrue();
    }
  }

  /** The test above would notice it if the checks were not made. */
  @Test
  void withoutTheChecksSomeEventsCountTwiceOrNot() throws InterruptedException {
    String commit = TestLog.source("commit");
    String unchecked =
        commit.substring(0, commit.indexOf("-- check fence"))
            + commit.substring(commit.indexOf("-- checked"));
    boolean noticed = false;
    for (int seed = 1; seed <= 20 && !noticed; seed++) {
      noticed = !everyEventCountsOnce(unchecked, seed);
    }
    assertThat(noticed).isTrue();
  }
}
