package penstock.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;
import penstock.redis.Script;
import penstock.view.Registry;

/** Events that cannot be folded or kill who tries, and who works when who tries is gone. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(HandDriven.Profile.class)
class PoisonTest {

  private static final int STEPS = 100;
  private static final Script COMMIT = Script.named("commit");

  RedisServer redis;
  @Inject HandDriven hand;
  private TestLog log;
  private int instances;

  @BeforeEach
  void open() {
    redis.flush();
    log = new TestLog(redis, "hand");
  }

  @AfterEach
  void close() {
    log.close();
  }

  private Worker worker(Assignment work) {
    return hand.worker(work, "instance-" + ++instances, COMMIT);
  }

  private static void drain(Worker worker) {
    await()
        .until(
            () -> {
              for (int step = 0; step < STEPS; step++) {
                if (!worker.runOnce()) {
                  return worker.state().isFine()
                      && !(worker.state() instanceof WorkerState.StandingBy);
                }
              }
              return false;
            });
  }

  private String state(Assignment work, String field) {
    return log.hash(work.names().state()).get(field);
  }

  private List<?> letters() {
    return (List<?>) log.ask("XRANGE", log.names().dead(), "-", "+");
  }

  private void append(int count) {
    for (int i = 0; i < count; i++) {
      log.append("t", "key-" + i, "{}");
    }
  }

  /**
   * A process that works until the commit that has the poison among its positions, and dies there.
   */
  private void dieOf(Assignment work, String poison) {
    String text =
        TestLog.source("commit")
            .replace(
                "-- check fence",
                "for n = 10, 9 + tonumber(ARGV[9]) do if ARGV[n] == '"
                    + poison
                    + "' then return redis.error_reply('DEAD of it') end end\n-- check fence");
    Worker victim = hand.worker(work, "victim-" + ++instances, Script.of(text));
    await()
        .until(
            () -> {
              try {
                for (int step = 0; step < STEPS; step++) {
                  victim.runOnce();
                }
                return false;
              } catch (RuntimeException death) {
                return death.getMessage().startsWith("DEAD");
              }
            });
    log.ask("DEL", work.names().lease());
  }

  @Test
  void anEventOnWhichProcessesDieIsFoldedAloneAndBecomesADeadLetter() {
    Assignment work = hand.assignment("counted");
    append(50);
    String poison = log.append("t", "poison", "{}");
    append(50);
    int deaths = 0;
    while (letters().isEmpty() && deaths < 10) {
      deaths++;
      if (deaths <= 5) {
        dieOf(work, poison);
      } else {
        drain(worker(work));
      }
    }
    assertThat(deaths).isEqualTo(6);
    assertThat(letters()).hasSize(1);
    assertThat(letters().toString()).contains("processes died 3 times", poison);
    assertThat(state(work, "lone")).isNull();
    assertThat(state(work, "lone-attempts")).isNull();
    assertThat(state(work, "count")).isEqualTo("101");
    assertThat(log.entries(work.names()).get("key-7")).isEqualTo(Map.of("count", "2"));
    assertThat(log.entries(work.names())).doesNotContainKey("poison");
  }

  /** It would count the deaths that the other one's fold brings about. */
  @Test
  void whileAnotherViewOfTheProcessFoldsAloneNoAttemptIsCounted() throws Exception {
    Assignment work = hand.assignment("counted");
    String poison = log.append("t", "poison", "{}");
    dieOf(work, poison);
    dieOf(work, poison);
    String before = state(work, "lone-attempts");
    var loneFolds = new Semaphore(1);
    loneFolds.acquire();
    String instance = "instance-" + ++instances;
    Worker worker = hand.worker(work, instance, COMMIT, new Roster(instance), loneFolds);
    for (int step = 0; step < 5; step++) {
      worker.runOnce();
    }
    assertThat(state(work, "lone-attempts")).isEqualTo(before);
    assertThat(state(work, "count")).isEqualTo("0");
    loneFolds.release();
    drain(worker);
    assertThat(state(work, "count")).isEqualTo("1");
    assertThat(letters()).isEmpty();
    assertThat(loneFolds.availablePermits()).isOne();
  }

  @Test
  void whatComesBeforeThePoisonIsAppliedWhileProcessesDie() {
    Assignment work = hand.assignment("counted");
    append(50);
    String poison = log.append("t", "poison", "{}");
    for (int i = 0; i < 3; i++) {
      dieOf(work, poison);
    }
    assertThat(state(work, "count")).isEqualTo("50");
    assertThat(state(work, "lone")).isEqualTo(poison);
    assertThat(state(work, "lone-attempts")).isEqualTo("1");
    drain(worker(work));
    assertThat(letters()).isEmpty();
    assertThat(log.entries(work.names())).containsKey("poison");
    assertThat(state(work, "lone")).isNull();
  }

  @Test
  void tenRollingRestartsUnderLoadDeadLetterNothing() throws Exception {
    Assignment work = hand.assignment("counted");
    for (int restart = 0; restart < 10; restart++) {
      append(40);
      Worker worker = worker(work);
      for (int step = 0; step < 3; step++) {
        worker.runOnce();
      }
      // It was given more than it has applied.
      log.append("t", "late", "{}");
      log.ask(
          "XREADGROUP",
          "GROUP",
          work.group(),
          "instance-" + instances,
          "STREAMS",
          log.names().events(),
          ">");
      worker.close();
    }
    drain(worker(work));
    assertThat(letters()).isEmpty();
    assertThat(state(work, "lone-attempts")).isNull();
    assertThat(log.entries(work.names()).get("late")).isEqualTo(Map.of("count", "10"));
    assertThat(state(work, "count")).isEqualTo("410");
  }

  /** Redis fails in the middle of lone attempts, but no process dies. */
  @Test
  void onlyAttemptsThatEndedInADeathCount() throws Exception {
    Assignment work = hand.assignment("counted");
    String poison = log.append("t", "a", "{}");
    for (int i = 0; i < 3; i++) {
      dieOf(work, poison);
    }
    assertThat(state(work, "lone-attempts")).isEqualTo("1");
    String text =
        "if redis.call('INCR', 'failures') < 10 then "
            + "return redis.error_reply('DOWN for now') end\n"
            + TestLog.source("commit");
    Worker patient = hand.worker(work, "patient", Script.of(text));
    await()
        .until(
            () -> {
              try {
                return !patient.runOnce();
              } catch (RuntimeException again) {
                return false;
              }
            });
    assertThat(letters()).isEmpty();
    assertThat(log.entries(work.names())).containsKey("a");
  }

  @Test
  void aViewMayHaltInsteadAndGoesOnWhenItIsToldTo() throws Exception {
    Assignment halting = hand.assignment("halting");
    log.append("wanted", "a", "{\"who\":\"ann\"}");
    String bad = log.append("wanted", "a", "{\"who\":{}}");
    log.append("wanted", "a", "{\"who\":\"ann\"}");
    Worker worker = worker(halting);
    await().until(() -> !worker.runOnce() && worker.state() instanceof WorkerState.Halted);
    assertThat(worker.state().isFine()).isFalse();
    assertThat(worker.state().text()).contains("/who", bad);
    assertThat(state(halting, "halted")).contains(bad);
    assertThat(state(halting, "count")).isEqualTo("1");
    assertThat(letters()).isEmpty();
    assertThat(log.ask("GET", halting.names().lease())).isNull();
    // Another one does not go on either.
    Worker other = worker(halting);
    assertThat(other.runOnce()).isFalse();
    assertThat(other.state()).isInstanceOf(WorkerState.Halted.class);
    // The same definition, told to set aside what cannot be folded.
    Assignment lenient =
        hand.assignment(hand.definition("lenient"), hand.definition("lenient").generation());
    assertThat(lenient.generation()).isEqualTo(halting.generation());
    var same =
        new Assignment(
            lenient.view(),
            halting.generation(),
            halting.partition(),
            halting.log(),
            halting.names());
    drain(worker(same));
    assertThat(state(halting, "count")).isEqualTo("3");
    assertThat(letters()).hasSize(1);
    assertThat(state(halting, "halted")).isNull();
  }

  @Test
  void whoLosesAPartitionCommitsAndReleasesItAtOnce() throws Exception {
    Assignment work = hand.assignment("counted");
    append(300);
    Roster roster = new Roster("one");
    Worker one = hand.worker(work, "one", COMMIT, roster);
    for (int step = 0; step < 3; step++) {
      one.runOnce();
    }
    Map<String, Set<String>> both = Map.of("one", Set.of(), "two", Set.of(work.name()));
    roster.update(both, Registry.EMPTY);
    var membership = hand.membership("two");
    String last = Await.of(membership.lastNotice());
    assertThat(one.runOnce()).isFalse();
    assertThat(one.state()).isEqualTo(new WorkerState.StandingBy("two"));
    assertThat(log.ask("EXISTS", work.names().lease())).isEqualTo(0L);
    assertThat(Await.of(membership.notices(last, 1)))
        .extracting(Notice::kind, Notice::about)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(Notice.Kind.RELEASED, work.names().state()));
    Roster ofTwo = new Roster("two");
    ofTwo.update(both, Registry.EMPTY);
    Worker two = hand.worker(work, "two", COMMIT, ofTwo);
    drain(two);
    assertThat(state(work, "count")).isEqualTo("300");
    // It asks Redis for nothing while another one is to work.
    Map<String, String> before = log.hash(work.names().state());
    assertThat(one.runOnce()).isFalse();
    assertThat(log.hash(work.names().state())).isEqualTo(before);
  }
}
