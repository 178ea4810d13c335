package penstock.projection.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import penstock.consumer.BlockingCall;
import penstock.consumer.membership.ControlMessage;
import penstock.consumer.membership.PartitionAssignor;
import penstock.consumer.worker.ShardTask;
import penstock.consumer.worker.ShardTaskState;
import penstock.projection.ProjectionShard;
import penstock.projection.TestLog;
import penstock.redis.RedisResource;
import penstock.redis.Script;
import penstock.view.RegistrySnapshot;

/** One task, or two in turn: whatever happens, every event counts once. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(HandDriven.Profile.class)
class ShardTaskTest extends ShardScenario {

  @Test
  void appliesAllThatWasAppendedBeforeItAndAcknowledgesIt() {
    append(1_000, new Random(1));
    ShardTask task = task("counted");
    drain(task);
    assertThat(counts(view(task))).isEqualTo(expected);
    assertThat(log.pending(view(task).group())).isZero();
    assertThat(state(view(task), "count")).isEqualTo("1000");
    assertThat(task.state()).isEqualTo(new ShardTaskState.Working());
  }

  @Test
  void mergesDeletesAndMakesAnewWithinOneBatch() {
    log.append("t", "a", "{\"x\":1.10,\"y\":{\"z\":1}}");
    log.append("t", "b", "{\"x\":1}");
    ShardTask task = task("merged");
    drain(task);
    log.append("t", "a", "{\"y\":{\"w\":2}}");
    log.append("deleted", "b", "{}");
    log.append("t", "c", "{\"x\":null}");
    log.append("t", "d", "{\"old\":1}");
    log.append("deleted", "d", "{}");
    log.append("t", "d", "{\"new\":1}");
    log.append("t", "e", "{\"x\":1}");
    log.append("deleted", "e", "{}");
    drain(task);
    assertThat(log.entries(view(task).names()))
        .isEqualTo(
            Map.of(
                "a", Map.of("x", "1.10", "y", "{\"z\":1,\"w\":2}"),
                "c", Map.of(),
                "d", Map.of("new", "1")));
    log.append("t", "b", "{\"y\":2}");
    log.append("deleted", "d", "{}");
    log.append("t", "d", "{\"z\":1}");
    drain(task);
    assertThat(log.entries(view(task).names()))
        .containsEntry("b", Map.of("y", "2"))
        .containsEntry("d", Map.of("z", "1"));
  }

  @Test
  void setsAsideWhatCannotBeFoldedAndSkipsWhatHasNoKey() {
    ShardTask picky = task("picky");
    log.append("wanted", "a", "{\"who\":\"ann\"}");
    log.append("wanted", "a", "{\"who\":1.10}");
    log.append("wanted", "a", "{\"other\":1}");
    log.append("unwanted", "a", "{\"who\":[]}");
    String bad = log.append("wanted", "a", "{\"who\":{}}");
    drain(picky);
    assertThat(counts(view(picky))).isEqualTo(Map.of("ann", 1, "1.10", 1));
    assertThat(state(view(picky), "skipped")).isEqualTo("1");
    assertThat(state(view(picky), "dead")).isEqualTo("1");
    List<?> letters = (List<?>) log.ask("XRANGE", log.names().dead(), "-", "+");
    assertThat(letters).hasSize(1);
    List<?> fields = (List<?>) ((List<?>) letters.getFirst()).get(1);
    assertThat(fields.subList(0, 8))
        .isEqualTo(
            List.of(
                "view",
                "picky",
                "generation",
                view(picky).generation().id(),
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
    ShardTask task = task("merged");
    drain(task);
    assertThat(log.entries(view(task).names()).get("a")).containsOnlyKeys("one", "three");
    assertThat(log.entries(view(task).names())).containsOnlyKeys("a");
    assertThat(log.ask("XLEN", log.names().dead())).isEqualTo(2L);
  }

  @Test
  void commitsLargeEventsInSeveralScripts() {
    String large = "x".repeat(100_000);
    for (int i = 0; i < 20; i++) {
      log.append("t", "key-" + i, "{\"v\":\"" + large + "\"}");
    }
    ShardTask task = task("merged");
    drain(task);
    assertThat(log.entries(view(task).names())).hasSize(20);
    assertThat((Long) log.ask("XLEN", view(task).names().changes())).isBetween(4L, 20L);
    // Entries that are read come in several scripts, too.
    ShardTask next = task("merged");
    log.ask("DEL", view(task).names().lease());
    for (int i = 0; i < 20; i++) {
      log.append("t", "key-" + i, "{\"w\":1}");
    }
    drain(next);
    assertThat(log.entries(view(task).names()).values())
        .allSatisfy(entry -> assertThat(entry).containsOnlyKeys("v", "w"));
  }

  @Test
  void anEntryNobodyCanReadIsADeadLetter() {
    append(1, new Random(1));
    log.ask("XADD", log.names().events(), "*", "foreign", "field");
    append(1, new Random(2));
    ShardTask task = task("counted");
    drain(task);
    assertThat(counts(view(task))).isEqualTo(expected);
    assertThat(log.ask("XLEN", log.names().dead())).isEqualTo(1L);
  }

  /** The commit was done, but its answer never came. */
  @Test
  void aCommitWhoseAnswerIsLostCountsOnce() {
    append(300, new Random(1));
    String text =
        TestLog.source("commit").replace("return result\n", "return redis.error_reply('LOST')\n");
    assertThat(text).contains("LOST");
    ShardTask task = hand.task(hand.shard("counted"), "deaf", Script.of(text));
    drain(task);
    assertThat(counts(view(task))).isEqualTo(expected);
  }

  @Test
  void aFullRedisIsDrained() {
    append(500, new Random(1));
    ShardTask task = task("counted");
    log.ask("CONFIG", "SET", "maxmemory", 1);
    drain(task);
    assertThat(counts(view(task))).isEqualTo(expected);
    assertThat(log.pending(view(task).group())).isZero();
  }

  @Test
  void aWriteThatFailsHaltsTheViewAloud() {
    ShardTask task = task("merged");
    log.append("t", "a", "{\"x\":1}");
    log.ask("SET", view(task).names().entries() + "a", "not a hash");
    runUntil(task, () -> task.state() instanceof ShardTaskState.Halted);
    assertThat(task.state().isFine()).isFalse();
    assertThat(task.state().text()).contains("WRONGTYPE");
    assertThat(state(view(task), "applied")).isEqualTo("0-0");
  }

  @Test
  void aLogWithoutItsBeginningIsOnlyFoldedIfThatIsAccepted() {
    append(5, new Random(1));
    String last = log.hash(log.names().log()).get("last");
    log.ask("XTRIM", log.names().events(), "MAXLEN", 0);
    log.ask("HSET", log.names().log(), "trimmed", last);
    expected.clear();
    append(5, new Random(2));
    ShardTask strict = task("counted");
    runUntil(strict, () -> strict.state() instanceof ShardTaskState.Halted);
    assertThat(strict.state().text()).contains("accept-partial-history");
    ShardTask lenient = task("partial");
    drain(lenient);
    assertThat(counts(view(lenient))).isEqualTo(expected);
    assertThat(log.hash(view(lenient).names().state()))
        .containsEntry("complete-from", last)
        .containsEntry("count", "10");
  }

  @Test
  void survivesARestartOfRedisInTheMiddle() {
    append(2_000, new Random(1));
    ShardTask task = task("counted");
    runUntil(
        task,
        () -> state(view(task), "applied") != null && !state(view(task), "applied").equals("0-0"));
    log.close();
    redis.restart();
    log = new TestLog(redis, "hand");
    append(500, new Random(2));
    drain(task);
    assertThat(counts(view(task))).isEqualTo(expected);
  }

  /** Random turns of two tasks that lose leases, memory and events to thieves. */
  private boolean everyEventCountsOnce(String commit, long seed) throws InterruptedException {
    redis.flush();
    expected.clear();
    Random random = new Random(seed);
    ProjectionShard shard = hand.shard("counted");
    Script script = Script.of(commit);
    ShardTask[] tasks = {hand.task(shard, "a", script), hand.task(shard, "b", script)};
    drain(tasks[0]);
    for (int turn = 0; turn < 120; turn++) {
      switch (random.nextInt(8)) {
        case 0, 1 -> append(1 + random.nextInt(40), random);
        case 2 -> log.ask("DEL", shard.names().lease());
        case 3 -> {
          if (log.ask("EXISTS", log.names().events()).equals(1L)) {
            try {
              log.ask(
                  "XREADGROUP",
                  "GROUP",
                  shard.group(),
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
        default -> quiet(tasks[random.nextInt(2)]);
      }
    }
    log.ask("DEL", shard.names().lease());
    ShardTask last = hand.task(shard, "last", Script.named("commit"));
    runUntil(last, () -> last.state().equals(new ShardTaskState.Working()));
    drain(last);
    return counts(shard).equals(expected);
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

  @Test
  void aViewMayHaltInsteadAndGoesOnWhenItMaySetAside() throws Exception {
    ProjectionShard halting = hand.shard("halting");
    log.append("wanted", "a", "{\"who\":\"ann\"}");
    String bad = log.append("wanted", "a", "{\"who\":{}}");
    log.append("wanted", "a", "{\"who\":\"ann\"}");
    ShardTask task = task(halting);
    await().until(() -> !task.runOnce() && task.state() instanceof ShardTaskState.Halted);
    assertThat(task.state().isFine()).isFalse();
    assertThat(task.state().text()).contains("/who", bad);
    assertThat(state(halting, "halted")).contains(bad);
    assertThat(state(halting, "count")).isEqualTo("1");
    assertThat(letters()).isEmpty();
    assertThat(log.ask("GET", halting.names().lease())).isNull();
    // Another one does not go on either.
    ShardTask other = task(halting);
    assertThat(other.runOnce()).isFalse();
    assertThat(other.state()).isInstanceOf(ShardTaskState.Halted.class);
    // The same definition, which sets aside what cannot be folded.
    ProjectionShard lenient =
        hand.shard(hand.definition("lenient"), hand.definition("lenient").generation());
    assertThat(lenient.generation()).isEqualTo(halting.generation());
    var same =
        new ProjectionShard(
            lenient.view(),
            halting.generation(),
            halting.partition(),
            halting.log(),
            halting.names());
    runToEnd(task(same));
    assertThat(state(halting, "count")).isEqualTo("3");
    assertThat(letters()).hasSize(1);
    assertThat(state(halting, "halted")).isNull();
  }

  @Test
  void whoLosesAPartitionCommitsAndReleasesItAtOnce() throws Exception {
    ProjectionShard shard = hand.shard("counted");
    append(300);
    PartitionAssignor assignor = new PartitionAssignor("one");
    ShardTask one = hand.task(shard, "one", COMMIT, assignor);
    for (int step = 0; step < 3; step++) {
      one.runOnce();
    }
    Map<String, Set<String>> both = Map.of("one", Set.of(), "two", Set.of(shard.name()));
    assignor.update(both, RegistrySnapshot.EMPTY);
    var membership = hand.membership("two");
    String last = BlockingCall.of(membership.lastMessage());
    assertThat(one.runOnce()).isFalse();
    assertThat(one.state()).isEqualTo(new ShardTaskState.StandingBy("two"));
    assertThat(log.ask("EXISTS", shard.names().lease())).isEqualTo(0L);
    assertThat(BlockingCall.of(membership.receive(last, 1)))
        .extracting(ControlMessage::kind, ControlMessage::about)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(
                ControlMessage.Type.RELEASED, shard.names().state()));
    PartitionAssignor ofTwo = new PartitionAssignor("two");
    ofTwo.update(both, RegistrySnapshot.EMPTY);
    ShardTask two = hand.task(shard, "two", COMMIT, ofTwo);
    runToEnd(two);
    assertThat(state(shard, "count")).isEqualTo("300");
    // It asks Redis for nothing while another one is to work.
    Map<String, String> before = log.hash(shard.names().state());
    assertThat(one.runOnce()).isFalse();
    assertThat(log.hash(shard.names().state())).isEqualTo(before);
  }
}
