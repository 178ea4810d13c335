package penstock.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static penstock.Patience.await;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import penstock.projection.TestLog;
import penstock.redis.RedisServer;

/** The scripts of groups by themselves, on the oldest Redis and the one of this machine. */
@TestInstance(Lifecycle.PER_CLASS)
abstract class GroupScriptContract {

  private static final long FOR_EVER = 3_600_000;
  private static final String EARLIEST = "0-0";

  private RedisServer server;
  private TestLog log;
  private GroupScripts group;

  abstract RedisServer startServer();

  @BeforeAll
  void start() {
    server = startServer();
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @BeforeEach
  void open() {
    server.flush();
    log = new TestLog(server, "s");
    group = new GroupScripts(log, "g");
  }

  @AfterEach
  void close() {
    log.close();
  }

  private List<String> append(String... subjects) {
    return log.append(
        Arrays.stream(subjects).map(subject -> TestLog.event("t", subject, "{}")).toList());
  }

  /** Entry to its consumer and number of deliveries, as redis-cli shows them. */
  private Map<String, String> pending() {
    var pending = new TreeMap<String, String>();
    for (Object one :
        (List<?>) log.ask("XPENDING", log.names().events(), "group.g", "-", "+", 1000)) {
      List<?> entry = (List<?>) one;
      pending.put((String) entry.get(0), entry.get(1) + " " + entry.get(3));
    }
    return pending;
  }

  @Test
  void newEventsAreDeliveredInOrderAndOnce() {
    List<String> ids = append("a", "b", "c");
    group.create(5, false, FOR_EVER, EARLIEST);
    GroupScripts.Reply first = group.pull("one", 2, 0);
    assertThat(first.deliveries()).containsExactly(ids.get(0) + ":1", ids.get(1) + ":1");
    GroupScripts.Reply second = group.pull("two", 2, 0);
    assertThat(second.deliveries()).containsExactly(ids.get(2) + ":1");
    assertThat(second.more()).isFalse();
    assertThat(second.nextMillis()).isBetween(1L, FOR_EVER);
    assertThat(group.pull("one", 2, 0).deliveries()).isEmpty();
    assertThat(pending())
        .isEqualTo(Map.of(ids.get(0), "one 1", ids.get(1), "one 1", ids.get(2), "two 1"));
    assertThat(group.ack(first.deliveries())).containsExactly(1L, 1L);
    assertThat(group.ack(first.deliveries())).as("twice").containsExactly(0L, 0L);
    assertThat(pending()).containsOnlyKeys(ids.get(2));
    assertThat(log.ask("HGET", group.keys().state(), "acknowledged")).isEqualTo("2");
  }

  @Test
  void severalPullsAreServedTogether() {
    List<String> ids = append("a", "b", "c", "d");
    group.create(5, false, FOR_EVER, EARLIEST);
    GroupScripts.Reply reply = group.pull(List.of("one", "two", "three"), 2, 0);
    assertThat(reply.messages())
        .containsExactly(
            List.of(ids.get(0) + ":1", ids.get(1) + ":1"),
            List.of(ids.get(2) + ":1", ids.get(3) + ":1"),
            List.of());
    assertThat(pending()).containsEntry(ids.get(3), "two 1");
  }

  @Test
  void aLeaseThatRanOutIsGoodUntilAnotherGetsTheEvent() {
    append("a");
    group.create(5, false, FOR_EVER, EARLIEST);
    List<String> first = group.pull("one", 1, 1).deliveries();
    List<String> second =
        await().until(() -> group.pull("two", 1, 1).deliveries(), found -> !found.isEmpty());
    assertThat(second).containsExactly(first.getFirst().replace(":1", ":2"));
    assertThat(pending().values()).containsExactly("two 2");
    assertThat(group.ack(first)).as("stale").containsExactly(0L);
    assertThat(group.nack(-1, "", first)).containsExactly(0L, 0L);
    assertThat(group.extend(10, first)).containsExactly(0L);
    assertThat(pending().values()).as("nothing was changed").containsExactly("two 2");
    assertThat(group.ack(second)).as("ran out, and nobody else has it").containsExactly(1L);
    assertThat(pending()).isEmpty();
  }

  @Test
  void anExtendedLeaseLasts() {
    append("a");
    group.create(5, false, FOR_EVER, EARLIEST);
    List<String> delivered = group.pull("one", 1, 1).deliveries();
    assertThat(group.extend(FOR_EVER, delivered)).containsExactly(1L);
    // within its millisecond the first lease is still what is expected to run out
    await()
        .until(
            () -> {
              GroupScripts.Reply reply = group.pull("two", 1, 0);
              assertThat(reply.deliveries()).isEmpty();
              return reply.nextMillis() > FOR_EVER / 2;
            });
  }

  @Test
  void whatIsGivenBackIsDeliveredAgainWhenItsPauseIsOver() {
    List<String> ids = append("a", "b");
    group.create(5, false, FOR_EVER, EARLIEST);
    List<String> delivered = group.pull("one", 2, 0).deliveries();
    assertThat(group.nack(FOR_EVER, "", delivered.subList(0, 1))).containsExactly(0L, 1L);
    assertThat(group.nack(0, "", delivered.subList(1, 2))).containsExactly(0L, 1L);
    assertThat(pending()).containsEntry(ids.get(0), "(waiting) 1");
    assertThat(group.ack(delivered)).as("given back").containsExactly(0L, 0L);
    GroupScripts.Reply again = group.pull("two", 2, 0);
    assertThat(again.deliveries()).containsExactly(ids.get(1) + ":2");
    assertThat(again.nextMillis()).isGreaterThan(FOR_EVER / 2);
  }

  @Test
  void theBackoffOfTheGroupCountsWhereTheConsumerSaysNothing() {
    append("a");
    group.create(5, false, FOR_EVER, EARLIEST, "backoff", "0," + FOR_EVER);
    group.nack(-1, "", group.pull("one", 1, 0).deliveries());
    List<String> second = group.pull("one", 1, 0).deliveries();
    assertThat(second).hasSize(1);
    group.nack(-1, "", second);
    assertThat(group.pull("one", 1, 0).deliveries()).isEmpty();
  }

  @Test
  void whatIsGivenBackTooOftenIsSetAsideWithItsReason() {
    List<String> ids = append("a");
    group.create(2, false, FOR_EVER, EARLIEST);
    group.nack(0, "", group.pull("one", 1, 0).deliveries());
    assertThat(group.nack(0, "", group.pull("one", 1, 0).deliveries())).containsExactly(1L, 1L);
    assertThat(group.pull("one", 1, 0).deliveries()).isEmpty();
    assertThat(pending()).isEmpty();
    List<?> letter =
        (List<?>)
            ((List<?>) ((List<?>) log.ask("XRANGE", log.names().dead(), "-", "+")).getFirst())
                .get(1);
    assertThat(letter.subList(0, 8).stream().map(String.class::cast))
        .containsExactly(
            "group",
            "g",
            "deliveries",
            "2",
            "reason",
            "given back at delivery 2 of 2",
            "position",
            ids.getFirst());
    assertThat(letter.subList(8, letter.size()).stream().map(String.class::cast))
        .contains("subject", "a");
  }

  @Test
  void whatRanOutTooOftenIsToldAndLeftToBeSetAside() {
    List<String> ids = append("a");
    group.create(1, false, FOR_EVER, EARLIEST);
    group.pull("one", 1, 1);
    GroupScripts.Reply reply =
        await().until(() -> group.pull("two", 1, 1), found -> !found.exhausted().isEmpty());
    assertThat(reply.deliveries()).isEmpty();
    assertThat(reply.exhausted()).containsExactly(ids.getFirst() + ":1");
    assertThat(group.nack(0, "too often", List.of(ids.getFirst() + ":1#"))).containsExactly(1L, 1L);
    assertThat(log.ask("XLEN", log.names().dead())).isEqualTo(1L);
    assertThat(pending()).isEmpty();
  }

  @Test
  void whatNobodyGotIsNotCounted() {
    List<String> ids = append("a");
    group.create(1, false, FOR_EVER, EARLIEST);
    List<String> delivered = group.pull("one", 1, 0).deliveries();
    assertThat(group.nackUncounted(delivered)).containsExactly(0L, 1L);
    assertThat(pending()).containsEntry(ids.getFirst(), "(waiting) 0");
    assertThat(group.pull("two", 1, 0).deliveries()).containsExactly(ids.getFirst() + ":1");
  }

  /** Several of one millisecond, of which as texts 10 comes before 2. */
  @Test
  void whatNobodyGotComesAgainInTheOrderOfTheLog() {
    String[] subjects = new String[12];
    Arrays.setAll(subjects, i -> "s" + i);
    List<String> ids = append(subjects);
    group.create(5, false, FOR_EVER, EARLIEST);
    List<String> delivered = group.pull("one", 12, 0).deliveries();
    group.nackUncounted(delivered.subList(6, 12));
    group.nackUncounted(delivered.subList(0, 6));
    ids.addAll(append("later"));
    List<String> again = new ArrayList<>(group.pull("two", 5, 0).deliveries());
    again.addAll(group.pull("two", 20, 0).deliveries());
    assertThat(again).isEqualTo(ids.stream().map(id -> id + ":1").toList());
  }

  @Test
  void whatWaitedForOthersOfItsKeyIsDeliveredInTheOrderOfTheLog() {
    String[] subjects = new String[12];
    Arrays.setAll(subjects, i -> "s" + i % 6);
    List<String> ids = append(subjects);
    group.create(5, true, FOR_EVER, EARLIEST);
    group.ack(group.pull("one", 12, 0).deliveries());
    assertThat(group.pull("one", 12, 0).deliveries())
        .isEqualTo(ids.subList(6, 12).stream().map(id -> id + ":1").toList());
  }

  @Test
  void anotherExistenceOfTheGroupKnowsNothingOfDeliveries() {
    append("a");
    group.create(5, false, FOR_EVER, EARLIEST);
    List<String> delivered = group.pull("one", 1, 0).deliveries();
    String before = group.id();
    group.move(EARLIEST);
    assertThat(group.id()).isNotEqualTo(before);
    List<String> again = group.pull("one", 1, 0).deliveries();
    assertThat(again).isEqualTo(delivered);
    assertThat(group.ackAs(before, delivered)).containsExactly(0L);
    assertThat(group.ack(again)).containsExactly(1L);
    group.remove();
    assertThat(group.ackAs(before, delivered)).containsExactly(0L);
    assertThatThrownBy(() -> group.pull("one", 1, 0)).hasMessageContaining("UNKNOWN");
    assertThat((List<?>) log.ask("KEYS", "*group*")).isEmpty();
  }

  @Test
  void anOrderedGroupHasOneEventOfAKeyInFlight() {
    List<String> ids = append("a", "a", "b", "a", "c");
    group.create(5, true, FOR_EVER, EARLIEST);
    List<String> first = group.pull("one", 10, 0).deliveries();
    assertThat(first).containsExactly(ids.get(0) + ":1", ids.get(2) + ":1", ids.get(4) + ":1");
    assertThat(log.ask("ZCARD", group.keys().parked())).isEqualTo(2L);
    assertThat(pending()).containsEntry(ids.get(1), "(waiting) 0").hasSize(5);
    assertThat(group.pull("two", 10, 0).deliveries()).isEmpty();
    // given back: the key stays busy
    group.nack(0, "", first.subList(0, 1));
    assertThat(group.pull("two", 10, 0).deliveries()).containsExactly(ids.get(0) + ":2");
    assertThat(group.ack(List.of(ids.get(0) + ":2"))).containsExactly(1L);
    assertThat(group.pull("two", 10, 0).deliveries()).containsExactly(ids.get(1) + ":1");
    // set aside: the next one may go
    group.nack(0, "dropped", List.of(ids.get(1) + ":1"));
    assertThat(group.pull("two", 10, 0).deliveries()).containsExactly(ids.get(3) + ":1");
    group.ack(List.of(ids.get(3) + ":1", ids.get(2) + ":1", ids.get(4) + ":1"));
    assertThat(pending()).isEmpty();
    assertThat((List<?>) log.ask("KEYS", "*group:g:*")).as("nothing is left").isEmpty();
  }

  @Test
  void anOrderedGroupReadsNoMoreWhenManyAreParked() {
    String[] same = new String[40];
    Arrays.fill(same, "a");
    List<String> ids = append(same);
    append("z");
    group.create(5, true, FOR_EVER, EARLIEST);
    group.mostParked(10);
    assertThat(group.pull("one", 4, 0).deliveries()).containsExactly(ids.get(0) + ":1");
    long parked = (Long) log.ask("ZCARD", group.keys().parked());
    assertThat(parked).isBetween(10L, 14L);
    assertThat(group.pull("one", 4, 0).deliveries()).isEmpty();
    assertThat(log.ask("ZCARD", group.keys().parked())).isEqualTo(parked);
    for (int i = 0; i < 40; i++) {
      assertThat(group.ack(List.of(ids.get(i) + ":1"))).containsExactly(1L);
      List<String> next = group.pull("one", 1, 0).deliveries();
      if (i < 39) {
        assertThat(next).contains(ids.get(i + 1) + ":1");
      }
    }
  }

  @Test
  void whatIsGoneFromTheLogIsCountedAndDoesNotStopTheOthers() {
    List<String> ids = append("a", "a", "b");
    group.create(5, true, FOR_EVER, EARLIEST);
    group.pull("one", 10, 1);
    log.ask("XDEL", log.names().events(), ids.get(0));
    List<String> delivered = new ArrayList<>();
    await()
        .until(
            () -> {
              delivered.addAll(group.pull("two", 10, FOR_EVER).deliveries());
              return delivered.size() == 2;
            });
    assertThat(delivered).containsExactlyInAnyOrder(ids.get(1) + ":1", ids.get(2) + ":2");
    assertThat(log.ask("HGET", group.keys().state(), "vanished")).isEqualTo("1");
    assertThat(pending()).doesNotContainKey(ids.get(0));
  }

  @Test
  void aDestroyedConsumerGroupGoesOnWhereItWas() {
    List<String> ids = append("a", "a", "b", "c");
    group.create(5, true, FOR_EVER, EARLIEST);
    List<String> delivered = group.pull("one", 2, 0).deliveries();
    assertThat(delivered).containsExactly(ids.get(0) + ":1", ids.get(2) + ":1");
    Map<String, String> before = pending();
    log.ask("XGROUP", "DESTROY", log.names().events(), "group.g");
    assertThatThrownBy(() -> group.pull("one", 1, 0)).hasMessageContaining("LOST");
    assertThat(group.restore()).isEqualTo(1L);
    assertThat(pending().keySet()).isEqualTo(before.keySet());
    assertThat(group.pull("one", 5, 0).deliveries()).containsExactly(ids.get(3) + ":1");
    assertThat(group.ack(delivered)).containsExactly(1L, 1L);
    assertThat(group.pull("one", 5, 0).deliveries()).containsExactly(ids.get(1) + ":1");
    assertThat(group.restore()).as("nothing to do").isZero();
  }

  @Test
  void aNewLifeOfTheLogIsReadFromItsBeginning() {
    append("a", "b");
    group.create(5, false, FOR_EVER, EARLIEST);
    List<String> delivered = group.pull("one", 1, 0).deliveries();
    String before = group.id();
    log.ask("DEL", log.names().events());
    List<String> ids = append("x");
    assertThatThrownBy(() -> group.pull("one", 1, 0)).hasMessageContaining("LOST");
    group.restore();
    assertThat(group.pull("one", 5, 0).deliveries()).containsExactly(ids.get(0) + ":1");
    assertThat(group.ackAs(before, delivered)).containsExactly(0L);
  }

  @Test
  void aDeletedConsumerTakesNothingAlong() {
    List<String> ids = append("a");
    group.create(5, false, FOR_EVER, EARLIEST);
    List<String> delivered = group.pull("one", 1, 1).deliveries();
    log.ask("XGROUP", "DELCONSUMER", log.names().events(), "group.g", "one");
    List<String> again =
        await().until(() -> group.pull("two", 1, 0).deliveries(), found -> !found.isEmpty());
    assertThat(again).containsExactly(ids.getFirst() + ":2");
    assertThat(pending()).containsEntry(ids.getFirst(), "two 2");
    assertThat(group.ack(delivered)).containsExactly(0L);
  }

  @Test
  void aDeadLetterIsDeliveredAgainAndStaysUntilItIsDone() {
    List<String> ids = append("a", "a");
    group.create(1, true, FOR_EVER, EARLIEST);
    group.nack(0, "", group.pull("one", 1, 0).deliveries());
    String letter =
        (String)
            ((List<?>) ((List<?>) log.ask("XRANGE", log.names().dead(), "-", "+")).getFirst())
                .getFirst();
    log.ask("XTRIM", log.names().events(), "MINID", ids.get(1));
    assertThat(group.pull("one", 1, 0).deliveries()).containsExactly(ids.get(1) + ":1");
    assertThat(group.replay(letter, "1-1")).isEqualTo(1L);
    assertThat(group.replay(letter)).as("it is on its way already").isZero();
    assertThat(group.pull("one", 1, 0).deliveries()).as("its key is busy").isEmpty();
    group.ack(List.of(ids.get(1) + ":1"));
    assertThat(group.pull("one", 1, 0).deliveries()).containsExactly("!" + letter + ":1");
    group.nack(0, "", List.of("!" + letter + ":1"));
    assertThat(log.ask("HGET", log.names().failedReplays(), letter)).isNotNull();
    assertThat(log.ask("XLEN", log.names().dead())).isEqualTo(1L);
    assertThat(group.replay(letter)).isEqualTo(1L);
    assertThat(group.ack(group.pull("one", 1, 0).deliveries())).containsExactly(1L);
    assertThat(log.ask("XLEN", log.names().dead())).isEqualTo(0L);
    assertThat(log.ask("EXISTS", log.names().failedReplays())).isEqualTo(0L);
  }

  /** As a Redis leaves it that was killed in the midst of writing a pull's effects. */
  @Test
  void whatWasReadAndNotLeasedIsFoundAndDelivered() {
    List<String> ids = append("a", "a", "b");
    group.create(5, true, FOR_EVER, EARLIEST);
    log.ask(
        "XREADGROUP", "GROUP", "group.g", "x", "COUNT", 3, "STREAMS", log.names().events(), ">");
    assertThat(group.pull("one", 5, 0).deliveries()).isEmpty();
    assertThat(group.tidy()).isEqualTo(3L);
    assertThat(group.tidy()).as("all is well").isZero();
    assertThat(group.pull("one", 5, 0).deliveries())
        .containsExactly(ids.get(0) + ":2", ids.get(2) + ":2");
    group.ack(List.of(ids.get(0) + ":2"));
    assertThat(group.pull("one", 5, 0).deliveries()).containsExactly(ids.get(1) + ":1");
    // a key that was not freed
    log.ask("ZREM", group.keys().leases(), ids.get(1) + ":1");
    log.ask("XACK", log.names().events(), "group.g", ids.get(1));
    List<String> later = append("a");
    assertThat(group.pull("one", 5, 0).deliveries()).isEmpty();
    assertThat(group.tidy()).isEqualTo(1L);
    assertThat(group.pull("one", 5, 0).deliveries()).containsExactly(later.get(0) + ":1");
  }

  @Test
  void aConsumerThatHoldsNothingIsForgotten() {
    append("a");
    group.create(5, false, FOR_EVER, EARLIEST);
    group.pull("idle", 1, 1);
    await().until(() -> !group.pull("busy", 1, 0).deliveries().isEmpty());
    await()
        .untilAsserted(
            () -> {
              group.tidy();
              assertThat((List<?>) log.ask("XINFO", "CONSUMERS", log.names().events(), "group.g"))
                  .hasSize(1);
            });
  }

  @Test
  void settingsChangeAndTheOrderDoesNot() {
    append("a", "b");
    assertThat(group.create(5, false, FOR_EVER, EARLIEST)).isEqualTo(2L);
    String id = group.id();
    List<String> delivered = group.pull("one", 1, 0).deliveries();
    assertThat(group.create(5, false, FOR_EVER, EARLIEST)).isZero();
    assertThat(group.create(7, false, FOR_EVER, EARLIEST)).isEqualTo(1L);
    assertThat(group.create(7, true, FOR_EVER, EARLIEST)).isEqualTo(-1L);
    assertThat(group.id()).isEqualTo(id);
    assertThat(group.ack(delivered)).containsExactly(1L);
    assertThat(log.ask("HGET", group.keys().state(), "max-deliveries")).isEqualTo("7");
  }

  @Test
  void whatIsOutStaysOutWhenFewerDeliveriesAreAllowed() {
    List<String> ids = append("a", "b", "a");
    group.create(10, true, FOR_EVER, EARLIEST);
    for (int i = 1; i < 6; i++) {
      group.nack(0, "", group.pull("one", 2, 0).deliveries());
    }
    List<String> sixth = group.pull("one", 2, 0).deliveries();
    assertThat(sixth).containsExactly(ids.get(0) + ":6", ids.get(1) + ":6");
    group.nack(FOR_EVER, "", sixth.subList(1, 2));
    group.create(3, true, FOR_EVER, EARLIEST);
    assertThat(group.tidy()).isZero();
    assertThat(log.ask("ZCARD", group.keys().leases())).isEqualTo(2L);
    GroupScripts.Reply next = group.pull("two", 2, 0);
    assertThat(next.deliveries()).as("the key is busy").isEmpty();
    assertThat(next.exhausted()).isEmpty();
    assertThat(group.ack(sixth.subList(0, 1))).containsExactly(1L);
    assertThat(group.pull("two", 2, 0).deliveries()).containsExactly(ids.get(2) + ":1");
  }

  @Test
  void aDeadLetterThatIsOutIsNotReplayedWhenFewerDeliveriesAreAllowed() {
    append("a");
    group.create(10, false, FOR_EVER, EARLIEST);
    group.nack(0, "dropped", group.pull("one", 1, 0).deliveries());
    String letter =
        (String)
            ((List<?>) ((List<?>) log.ask("XRANGE", log.names().dead(), "-", "+")).getFirst())
                .getFirst();
    group.replay(letter);
    for (int i = 1; i < 6; i++) {
      group.nack(0, "", group.pull("one", 1, 0).deliveries());
    }
    assertThat(group.pull("one", 1, 0).deliveries()).containsExactly("!" + letter + ":6");
    group.create(3, false, FOR_EVER, EARLIEST);
    assertThat(group.replay(letter)).isZero();
    group.create(2, false, FOR_EVER, EARLIEST);
    assertThat(group.replay(letter)).as("changed twice").isZero();
  }

  @Test
  void theLagIsWhatWasNotDelivered() {
    List<String> ids = append("a", "b", "c", "d");
    group.create(5, false, FOR_EVER, ids.get(0));
    assertThat(group.lag()).isEqualTo(3L);
    group.pull("one", 1, 0);
    assertThat(group.lag()).isEqualTo(2L);
    append("e");
    assertThat(group.lag()).isEqualTo(3L);
    group.pull("one", 10, 0);
    assertThat(group.lag()).isZero();
  }

  /** So many values are more than Lua unpacks. */
  @Test
  void allConsumersAreTold() {
    append("a");
    group.create(5, false, FOR_EVER, EARLIEST);
    group.pull("one", 1, 0);
    int others = 3_000;
    for (int i = 0; i < others; i++) {
      log.ask("XGROUP", "CREATECONSUMER", log.names().events(), "group.g", "c" + i);
    }
    List<Object> reply = group.describe();
    assertThat(reply).hasSize(15 + 3 * (1 + others)).contains("one", "c0", "c" + (others - 1));
  }

  /** Another hand may give any id, and all that comes later is behind it. */
  @Test
  void theGreatestIdsAreAsGoodAsOthers() {
    List<String> ids = new ArrayList<>(append("a"));
    for (String id :
        List.of(
            "9223372036854775808-9223372036854775808",
            "10000000000000000000-0",
            "18446744073709551615-2",
            "18446744073709551615-10",
            "18446744073709551615-18446744073709551615")) {
      log.ask("XADD", log.names().events(), id, "subject", "a");
      ids.add(id);
    }
    group.create(5, true, FOR_EVER, EARLIEST);
    for (String id : ids) {
      assertThat(group.pull("one", 10, 0).deliveries()).containsExactly(id + ":1");
      assertThat(group.tidy()).isZero();
      assertThat(group.describe().get(5)).isEqualTo(ids.getLast());
      assertThat(group.ack(List.of(id + ":1"))).containsExactly(1L);
    }
    assertThat(group.pull("one", 10, 0).deliveries()).isEmpty();
    assertThat(group.describe().get(10)).as("nothing is left to do").isEqualTo(0L);
    assertThat(log.ask("ZCARD", group.keys().parked())).isEqualTo(0L);
    assertThat((List<?>) log.ask("KEYS", "*group:g:*")).as("nothing is left").isEmpty();
  }

  /** Of another hand: so many values are more than Lua unpacks. */
  @Test
  void anEntryOfThousandsOfFieldsIsSetAside() {
    List<Object> command = new ArrayList<>(List.of("XADD", log.names().events(), "*"));
    for (int i = 0; i < 5_000; i++) {
      command.addAll(List.of("f" + i, "v"));
    }
    append("a");
    log.ask(command.toArray());
    group.create(5, true, FOR_EVER, EARLIEST);
    List<String> delivered = group.pull("one", 5, 0).deliveries();
    assertThat(group.nack(0, "no event", delivered)).containsExactly(2L, 1L, 1L);
    assertThat(pending()).isEmpty();
    List<?> letters = (List<?>) log.ask("XRANGE", log.names().dead(), "-", "+");
    String letter = (String) ((List<?>) letters.get(1)).getFirst();
    assertThat(group.replay(letter)).isEqualTo(1L);
    assertThat(group.pull("one", 5, 0).deliveries()).containsExactly("!" + letter + ":1");
  }

  /** Redis refuses a script for want of memory only at its first write. */
  @Test
  void aFullRedisDrains() {
    append("a", "a", "b");
    group.create(1, true, FOR_EVER, EARLIEST);
    group.pull("warm", 1, 0);
    group.load();
    log.ask("CONFIG", "SET", "maxmemory", "1");
    try {
      assertThatThrownBy(() -> append("z")).hasMessageContaining("OOM");
      List<String> delivered = group.pull("one", 1, 0).deliveries();
      assertThat(delivered).hasSize(1);
      assertThat(group.extend(FOR_EVER, delivered)).containsExactly(1L);
      assertThat(group.nack(0, "", delivered)).as("a dead letter").containsExactly(1L, 1L);
      String letter =
          (String)
              ((List<?>) ((List<?>) log.ask("XRANGE", log.names().dead(), "-", "+")).getFirst())
                  .getFirst();
      assertThat(group.ack(List.of(firstLease()))).containsExactly(1L);
      group.move(EARLIEST);
      assertThat(group.pull("one", 1, 0).deliveries()).hasSize(1);
      assertThat(letter).isNotNull();
    } finally {
      log.ask("CONFIG", "SET", "maxmemory", "0");
    }
  }

  private String firstLease() {
    return (String) ((List<?>) log.ask("ZRANGE", group.keys().leases(), 0, 0)).getFirst();
  }
}
