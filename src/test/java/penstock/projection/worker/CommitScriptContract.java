package penstock.projection.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static penstock.Patience.await;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import penstock.projection.TestLog;
import penstock.redis.Keys;
import penstock.redis.RedisConversation;
import penstock.redis.RedisServer;
import penstock.stream.Position;

/**
 * The scripts by themselves, on the oldest Redis and the one of this machine: what is refused, that
 * nothing is written then, and that without a check what it prevents does happen.
 */
@TestInstance(Lifecycle.PER_CLASS)
abstract class CommitScriptContract {

  private static final String GROUP = "view.v.g";

  private RedisServer server;
  private TestLog log;
  private Keys.OfView view;

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
    view = log.names().view("v", "g");
  }

  @AfterEach
  void close() {
    log.close();
  }

  /** The fence. */
  private String acquire(String instance) {
    List<Object> reply = acquireReply(instance);
    assertThat(reply.getFirst()).isEqualTo("mine");
    return (String) reply.get(1);
  }

  private List<Object> acquireReply(String instance) {
    return new ArrayList<Object>(
        (List<?>)
            log.ask(
                "EVAL",
                TestLog.source("acquire"),
                6,
                log.names().events(),
                log.names().log(),
                view.state(),
                view.lease(),
                view.index(),
                view.changes(),
                instance,
                10_000,
                "token-" + instance,
                "new-life",
                log.names().seen(),
                GROUP,
                0));
  }

  private String life() {
    return (String) log.ask("HGET", log.names().log(), "life");
  }

  private String applied() {
    return (String) log.ask("HGET", view.state(), "applied");
  }

  /** The keys of whatever commits. */
  private List<Object> keys() {
    return List.of(
        log.names().events(),
        log.names().log(),
        view.state(),
        view.index(),
        view.changes(),
        log.names().dead());
  }

  /** The arguments of a commit up to how many events it skipped. */
  private List<Object> right(String fence, String from) {
    return List.of(fence, life(), GROUP, from, view.entries(), 600_000, 1_000_000, 0);
  }

  /** The call of a commit up to what it writes. */
  private List<Object> begun(String script, String fence, String from, List<String> positions) {
    List<Object> command = new ArrayList<>(List.of("EVAL", script, 6));
    command.addAll(keys());
    command.addAll(right(fence, from));
    command.addAll(List.of(0, 0, positions.size()));
    command.addAll(positions);
    return command;
  }

  /** Commits the positions, each of which sets a field of the entry "k" that has its name. */
  private Object commit(String script, String fence, String from, List<String> positions) {
    List<Object> command = begun(script, fence, from, positions);
    command.addAll(List.of(1, "k", "+", 2 * positions.size()));
    positions.forEach(position -> command.addAll(List.of(position, "1")));
    command.addAll(List.of(0, 0));
    return log.ask(command.toArray());
  }

  private Object commit(String fence, String from, List<String> positions) {
    return commit(TestLog.source("commit"), fence, from, positions);
  }

  /** The same of events that the group was not given. */
  private Object commitTold(String fence, String from, List<String> positions) {
    List<Object> command = begun(TestLog.source("commit"), fence, from, positions);
    command.set(command.size() - positions.size() - 3, 1);
    command.addAll(List.of(1, "k", "+", 2, "a", "1", 0, 0));
    return log.ask(command.toArray());
  }

  /** The same of one who listens over so many connections to what is told of the changes. */
  private List<?> commitListening(int listeners, String fence, String from, String position) {
    List<Object> command = begun(TestLog.source("commit"), fence, from, List.of(position));
    command.set(command.size() - 3, listeners);
    command.addAll(List.of(1, "k", "+", 2, "a", position, 0, 0));
    return (List<?>) log.ask(command.toArray());
  }

  private static String without(String check) {
    String script = TestLog.source("commit");
    int from = script.indexOf("-- check " + check);
    int to = script.indexOf("-- check", from + 1);
    assertThat(from).isPositive();
    assertThat(to).isPositive();
    return script.substring(0, from) + script.substring(to);
  }

  private List<String> append(int count) {
    List<Map<String, String>> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      events.add(TestLog.event("t", "k", "{}"));
    }
    return log.append(events);
  }

  private void readAll() {
    log.ask("XREADGROUP", "GROUP", GROUP, "me", "STREAMS", log.names().events(), ">");
  }

  /** Everything in Redis, so that nothing can have been written unseen. */
  private Map<String, Object> everything() {
    var all = new TreeMap<String, Object>();
    for (Object key : (List<?>) log.ask("KEYS", "*")) {
      String type = (String) log.ask("TYPE", key);
      Object value =
          switch (type) {
            case "hash" -> log.hash((String) key);
            case "zset" -> log.ask("ZRANGE", key, 0, -1);
            case "stream" ->
                List.of(
                    log.ask("XRANGE", key, "-", "+"),
                    ((List<?>) log.ask("XINFO", "GROUPS", key)).toString());
            default -> log.ask("GET", key);
          };
      all.put((String) key, value);
    }
    return all;
  }

  private void refused(String code, String fence, String from, List<String> positions) {
    Map<String, Object> before = everything();
    assertThatThrownBy(() -> commit(fence, from, positions)).hasMessageStartingWith(code);
    assertThat(everything()).isEqualTo(before);
  }

  /**
   * Of another hand: so many values are more than Lua unpacks, and a write that fails breaks the
   * view.
   */
  @Test
  void anEntryOfThousandsOfFieldsIsSetAside() {
    List<String> ids = append(1);
    String fence = acquire("one");
    readAll();
    List<Object> command = begun(TestLog.source("commit"), fence, "0-0", ids);
    int values = 10_000;
    command.addAll(List.of(0, 1, values));
    for (int i = 0; i < values; i++) {
      command.add("v" + i);
    }
    assertThat((List<?>) log.ask(command.toArray())).hasSize(2);
    assertThat(applied()).isEqualTo(ids.getFirst());
    assertThat(log.ask("XLEN", log.names().dead())).isEqualTo(1L);
  }

  @Test
  void commitsEntriesIndexChangesAndAppliedAndAcknowledges() {
    List<String> positions = append(3);
    String fence = acquire("a");
    readAll();
    assertThat(log.pending(GROUP)).isEqualTo(3);
    assertThat(commit(fence, "0-0", positions)).isEqualTo(List.of(3L, 3L));
    assertThat(applied()).isEqualTo(positions.getLast());
    assertThat(log.pending(GROUP)).isZero();
    assertThat(log.entries(view).get("k")).containsOnlyKeys(positions);
    assertThat(log.ask("XLEN", view.changes())).isEqualTo(1L);
    assertThat(log.hash(view.state()))
        .containsEntry("change-keys", "1")
        .containsEntry("count", "3");
  }

  @Test
  void refusesAFenceThatAnotherInstanceHasTaken() {
    List<String> positions = append(2);
    String fence = acquire("a");
    log.ask("DEL", view.lease());
    String next = acquire("b");
    refused("FENCED", fence, "0-0", positions);
    commit(next, "0-0", positions);
  }

  @Test
  void refusesALeaseThatIsHeldAndSaysByWhom() {
    acquire("a");
    assertThat(acquireReply("b")).startsWith("held", "a");
    assertThat(acquireReply("a")).startsWith("mine");
  }

  @Test
  void refusesAnotherMasterAlsoWhenTheFenceStands() {
    List<String> positions = append(2);
    String fence = acquire("a");
    log.close();
    server.restart();
    log = new TestLog(server, "s");
    refused("FENCED", fence, "0-0", positions);
    commit(acquire("a"), "0-0", positions);
  }

  @Test
  void refusesAnotherLifeOfTheLog() {
    List<String> positions = append(2);
    String fence = acquire("a");
    String script = TestLog.source("commit");
    log.ask("HSET", log.names().log(), "life", "x");
    String old = life();
    log.ask("HSET", log.names().log(), "life", "another");
    assertThatThrownBy(
            () -> commit(script.replace("ARGV[a + 2]", "'" + old + "'"), fence, "0-0", positions))
        .hasMessageStartingWith("FENCED");
    assertThat(log.entries(view)).isEmpty();
  }

  @Test
  void refusesABatchFoldedFromAnotherPosition() {
    List<String> positions = append(4);
    String fence = acquire("a");
    commit(fence, "0-0", positions.subList(0, 2));
    refused("MOVED", fence, "0-0", positions.subList(0, 2));
    refused("MOVED", fence, positions.get(2), positions.subList(3, 4));
  }

  @Test
  void refusesABatchThatIsNotTheNextOfTheLog() {
    List<String> positions = append(4);
    String fence = acquire("a");
    refused("GAP", fence, "0-0", positions.subList(1, 4));
    log.ask("XDEL", log.names().events(), positions.getFirst());
    refused("GAP", fence, "0-0", positions);
    commit(fence, "0-0", positions.subList(1, 4));
  }

  @Test
  void refusesABatchOfAnEmptyLog() {
    List<String> positions = append(1);
    String fence = acquire("a");
    log.ask("XTRIM", log.names().events(), "MAXLEN", 0);
    refused("GAP", fence, "0-0", positions);
  }

  /** A failover lost the log's tail, and with it what the batch had read. */
  @Test
  void withoutTheFenceWhatTheLogLostIsApplied() {
    List<String> positions = append(3);
    String fence = acquire("a");
    log.ask("XDEL", log.names().events(), positions.get(1));
    log.ask("XDEL", log.names().events(), positions.get(2));
    log.close();
    server.restart();
    log = new TestLog(server, "s");
    assertThatThrownBy(() -> commit(fence, "0-0", positions)).hasMessageStartingWith("FENCED");
    commit(without("fence"), fence, "0-0", positions);
    assertThat(log.entries(view).get("k")).containsKey(positions.get(2));
  }

  @Test
  void withoutTheAppliedCheckAStaleBatchTurnsTheViewBack() {
    List<String> positions = append(2);
    String fence = acquire("a");
    commit(fence, "0-0", positions);
    assertThatThrownBy(() -> commit(fence, "0-0", positions.subList(0, 1)))
        .hasMessageStartingWith("MOVED");
    commit(without("applied"), fence, "0-0", positions.subList(0, 1));
    assertThat(applied()).isEqualTo(positions.getFirst());
  }

  @Test
  void withoutTheGapCheckEventsAreLost() {
    List<String> positions = append(2);
    String fence = acquire("a");
    String script = TestLog.source("commit");
    int from = script.indexOf("-- check gap");
    String mutant = script.substring(0, from) + script.substring(script.indexOf("-- checked"));
    commit(mutant, fence, "0-0", positions.subList(1, 2));
    assertThat(applied()).isEqualTo(positions.getLast());
    assertThat(log.entries(view).get("k")).doesNotContainKey(positions.getFirst());
  }

  @Test
  void marksAGenerationOfWhichAWriteFailed() {
    List<String> positions = append(2);
    String fence = acquire("a");
    log.ask("SET", view.entries() + "k", "not a hash");
    assertThatThrownBy(() -> commit(fence, "0-0", positions))
        .hasMessageStartingWith("BROKEN")
        .hasMessageContaining("WRONGTYPE");
    assertThat(applied()).isEqualTo("0-0");
    assertThat(acquireReply("a")).startsWith("broken");
  }

  /** Kills the server in the midst of writing the last commit, and once more after other writes. */
  private void tear(String word, String text, Runnable between) {
    server.killWithin(word, text);
    startAgain();
    between.run();
    server.kill();
    startAgain();
  }

  private void startAgain() {
    log.close();
    server.startAgain();
    log = new TestLog(server, "s");
  }

  private List<String> marks() {
    return log.hash(view.state()).keySet().stream()
        .filter(field -> field.startsWith("begun:"))
        .toList();
  }

  @Test
  void marksAGenerationOfWhichACommitCameBackInPart() {
    List<String> positions = append(2);
    String fence = acquire("a");
    commit(fence, "0-0", positions);
    tear(
        "applied",
        view.index(),
        () -> {
          assertThat(applied()).isEqualTo("0-0");
          append(1);
        });
    assertThat(applied()).isEqualTo("0-0");
    assertThat(log.entries(view).get("k")).as("what would be folded in twice").isNotEmpty();
    assertThat(acquireReply("a")).startsWith("broken");
    assertThat(acquireReply("a").getLast().toString()).contains("build the view anew");
  }

  /** What the entries were before is not known. */
  @Test
  void marksAGenerationOfWhichACarriedCommitCameBackInPart() {
    List<String> positions = append(1);
    String fence = acquire("a");
    commit(fence, "0-0", positions);
    appendWithCommit(fence, positions.getFirst());
    assertThat(applied()).isNotEqualTo(positions.getFirst());
    tear("applied", view.index(), () -> append(1));
    assertThat(applied()).isEqualTo(positions.getFirst());
    assertThat(acquireReply("a")).startsWith("broken");
  }

  @Test
  void goesOnIfWhatCameBackIsOnlyWhatWasAppended() {
    List<String> positions = append(1);
    String fence = acquire("a");
    commit(fence, "0-0", positions);
    appendWithCommit(fence, positions.getFirst());
    tear("HSET", log.names().log(), () -> append(1));
    String next = acquire("a");
    assertThat(applied()).isEqualTo(positions.getFirst());
    List<?> left = (List<?>) log.ask("XRANGE", log.names().events(), "-", "+");
    assertThat(left).as("without the phantom").hasSize(2);
    String last = (String) ((List<?>) left.getLast()).getFirst();
    commit(next, positions.getFirst(), List.of(last));
    assertThat(applied()).isEqualTo(last);
  }

  /** One event, and the entry "other" that is made of it. */
  private void appendWithCommit(String fence, String from) {
    List<Object> command = new ArrayList<>(List.of("EVAL", TestLog.source("append"), 7));
    command.addAll(keys());
    command.add(view.state() + ":absent");
    command.addAll(List.of(log.names().seen(), "new-life", 120_000));
    command.addAll(List.of(1, "digest-of-16-byt", 2, "type", "t", 0));
    command.addAll(right(fence, from));
    command.addAll(List.of(1, 0, 0, 1, "other", "+", 2, "n", "1", 0, 0));
    List<?> reply = (List<?>) log.ask(command.toArray());
    assertThat((List<?>) reply.getLast()).isEqualTo(List.of(2L, 2L));
  }

  @Test
  void marksAGenerationOfWhichACommitCameBackBehindWhichAnotherOneWent() {
    List<String> positions = append(2);
    String fence = acquire("a");
    commit(fence, "0-0", positions);
    tear(
        "EXEC",
        view.index(),
        () -> {
          assertThat(applied()).isEqualTo("0-0");
          commit(acquire("a"), "0-0", positions.subList(0, 1));
        });
    assertThat(applied()).isEqualTo(positions.getFirst());
    assertThat(log.entries(view).get("k")).as("beyond what is applied").hasSize(2);
    assertThat(acquireReply("a")).startsWith("broken");
  }

  @Test
  void goesOnIfWhatCameBackWasTakenInAgainSince() {
    List<String> positions = append(3);
    commit(acquire("a"), "0-0", positions.subList(0, 2));
    tear(
        "applied",
        view.index(),
        () -> {
          commit(acquire("a"), "0-0", positions.subList(0, 1));
          commit(acquire("a"), positions.getFirst(), positions.subList(1, 3));
        });
    assertThat(marks()).hasSize(2);
    acquire("a");
    assertThat(applied()).isEqualTo(positions.getLast());
    assertThat(log.entries(view).get("k")).hasSize(3);
    assertThat(marks()).containsExactly("begun:" + applied());
  }

  @Test
  void marksAGenerationOfWhichTheReplayOfADeadLetterCameBackInPart() {
    acquire("a");
    log.ask("HSET", view.state(), "replaying", 1);
    assertThat(acquireReply("a")).startsWith("broken");
  }

  @Test
  void countsNoPhantomAsTrimmed() {
    append(1);
    append(2);
    tear("EXEC", log.names().events(), () -> append(2));
    assertThat(log.ask("XLEN", log.names().events())).isEqualTo(5L);
    assertThat(trimTo(2)).isEqualTo(List.of(0L, 0L, 1L, ""));
    assertThat(trimTo(2)).isEqualTo(List.of(1L, 0L, 0L, ""));
    assertThat(log.ask("XLEN", log.names().events())).isEqualTo(2L);
    assertThat(log.hash(log.names().log()))
        .containsEntry("removed", "1")
        .containsEntry("appended", "3");
  }

  /** Removes the oldest entries beyond a length. */
  private Object trimTo(int length) {
    return log.ask(
        "EVAL",
        TestLog.source("trim"),
        2,
        log.names().events(),
        log.names().log(),
        log.names().seen(),
        "new-life",
        "ps:{s/0}:",
        -1,
        length,
        -1,
        100);
  }

  @Test
  void worksOnAFullRedis() {
    List<String> positions = append(2);
    log.ask("CONFIG", "SET", "maxmemory", 1);
    try {
      assertThatThrownBy(() -> append(1)).hasMessageContaining("OOM");
      String fence = acquire("a");
      readAll();
      commit(fence, "0-0", positions);
      assertThat(applied()).isEqualTo(positions.getLast());
      assertThat(
              log.ask(
                  "EVAL",
                  TestLog.source("renew"),
                  4,
                  view.state(),
                  view.lease(),
                  log.names().events(),
                  view.requests(),
                  fence,
                  "a",
                  1000,
                  GROUP,
                  "applied"))
          .isEqualTo(List.of(-1L, 0L, 0L, 0L, 0L));
      assertThat(log.ask("EVAL", TestLog.source("serve"), 1, "ps:views", "v", "g", "s 1 count", ""))
          .isEqualTo("g");
      assertThat(log.ask("EVAL", TestLog.source("release"), 2, view.state(), view.lease(), fence))
          .isEqualTo(1L);
    } finally {
      log.ask("CONFIG", "SET", "maxmemory", 0);
    }
  }

  @Test
  void keepsChangesWithinTheirBounds() {
    String fence = acquire("a");
    String few = TestLog.source("commit").replace("tonumber(ARGV[a + 7])", "3");
    String from = "0-0";
    for (int i = 0; i < 5; i++) {
      List<String> position = append(1);
      commit(few, fence, from, position);
      from = position.getFirst();
    }
    List<?> changes = (List<?>) log.ask("XRANGE", view.changes(), "-", "+");
    assertThat(changes).hasSize(3);
    assertThat(log.hash(view.state()))
        .containsEntry("change-keys", "3")
        .containsKey("changes-trimmed");
    String young = few.replace("tonumber(ARGV[a + 6])", "-1000");
    commit(young, fence, from, append(1));
    assertThat(log.ask("XLEN", view.changes())).isEqualTo(0L);
    assertThat(log.hash(view.state())).containsEntry("change-keys", "0");
  }

  /**
   * Where no entry is left there is nothing to clear step by step, and changes may be there all the
   * same.
   */
  @Test
  void keepsNoChangesOfAnEarlierLife() {
    List<String> positions = append(2);
    String fence = acquire("a");
    commit(fence, "0-0", positions.subList(0, 1));
    List<Object> command =
        begun(TestLog.source("commit"), fence, positions.get(0), positions.subList(1, 2));
    command.addAll(List.of(1, "k", "-", 0, 0, 0));
    log.ask(command.toArray());
    assertThat(checkChanges()).isEqualTo(2);
    assertThat(log.ask("ZCARD", view.index())).isEqualTo(0L);
    log.ask("DEL", log.names().events(), log.names().log());
    String next = acquire("a");
    assertThat(log.ask("EXISTS", view.changes())).isEqualTo(0L);
    commit(next, "0-0", append(1));
    assertThat(checkChanges()).isEqualTo(1);
  }

  /** To look each time costs a tenth of a commit. */
  @Test
  void looksNowAndThenForOldChangesWhereManyAreKept() {
    int kept = 2_000;
    int between = 32;
    String many = TestLog.source("commit").replace("tonumber(ARGV[a + 7])", "" + kept);
    String fence = acquire("a");
    List<String> positions = append(kept + 30 * between);
    String from = "0-0";
    for (String position : positions.subList(0, kept + 10 * between)) {
      commit(many, fence, from, List.of(position));
      from = position;
    }
    log.ask("CONFIG", "RESETSTAT");
    for (String position : positions.subList(kept + 10 * between, positions.size())) {
      commit(many, fence, from, List.of(position));
      from = position;
      assertThat((Long) log.ask("XLEN", view.changes())).isBetween((long) kept, kept + 32L);
    }
    assertThat(String.valueOf(log.ask("INFO", "COMMANDSTATS")))
        .containsPattern("cmdstat_xtrim:calls=[2-6]\\d,");
    checkChanges();
  }

  @Test
  void removesNoMoreThanWhatIsTooMuchHoweverManyKeysACommitHas() {
    var random = new Random(7);
    int kept = 1_100;
    String many = TestLog.source("commit").replace("tonumber(ARGV[a + 7])", "" + kept);
    String fence = acquire("a");
    String from = "0-0";
    for (String position : append(400)) {
      int keys = random.nextInt(10) == 0 ? 200 : 1 + random.nextInt(8);
      List<Object> command = begun(many, fence, from, List.of(position));
      command.add(keys);
      for (int i = 0; i < keys; i++) {
        command.addAll(List.of("k" + i, "=", 2, "a", position, 0));
      }
      command.add(0);
      log.ask(command.toArray());
      from = position;
      int present = checkChanges();
      if (log.hash(view.state()).containsKey("changes-trimmed")) {
        assertThat(present).isBetween(kept - 200, kept + 32);
      }
    }
    assertThat(log.hash(view.state())).containsKey("changes-trimmed");
  }

  /** How many keys they have, which must be as many as are noted. */
  private int checkChanges() {
    int keys = 0;
    List<?> changes = (List<?>) log.ask("XRANGE", view.changes(), "-", "+");
    for (Object change : changes) {
      keys += ((List<?>) ((List<?>) change).get(1)).size() / 2;
    }
    Map<String, String> state = log.hash(view.state());
    assertThat(state).containsEntry("change-keys", "" + keys);
    if (state.containsKey("changes-trimmed")) {
      String first = (String) ((List<?>) changes.getFirst()).getFirst();
      assertThat(Position.parse(first)).isGreaterThan(Position.parse(state.get("changes-trimmed")));
    }
    return keys;
  }

  @Test
  void takesAnEntryOfMoreFieldsThanACallHasArguments() {
    List<String> positions = append(1);
    String fence = acquire("a");
    int fields = 3_000;
    List<Object> command = begun(TestLog.source("commit"), fence, "0-0", positions);
    command.addAll(List.of(1, "k", "+", 2 * fields));
    for (int i = 0; i < fields; i++) {
      command.addAll(List.of("f" + i, i));
    }
    command.addAll(List.of(1500));
    for (int i = 0; i < 1500; i++) {
      command.add("f" + i);
    }
    command.add(0);
    log.ask(command.toArray());
    assertThat(log.ask("HLEN", view.entries() + "k")).isEqualTo(1500L);
  }

  @Test
  void whatWasToldMovesTheGroupBehindIt() {
    String fence = acquire("a");
    List<String> ids = append(3);
    commitTold(fence, "0-0", ids.subList(0, 2));
    assertThat(lastDelivered()).isEqualTo(ids.get(1));
    assertThat(applied()).isEqualTo(ids.get(1));
    commit(fence, ids.get(1), ids.subList(2, 3));
    assertThat(lastDelivered()).as("what was read moves nothing").isEqualTo(ids.get(1));
  }

  @Test
  void whatWasToldIsCommittedWhereTheGroupIsGone() {
    String fence = acquire("a");
    List<String> ids = append(1);
    log.ask("XGROUP", "DESTROY", log.names().events(), GROUP);
    commitTold(fence, "0-0", ids);
    assertThat(applied()).isEqualTo(ids.getFirst());
    assertThat(log.ask("HGET", view.state(), "broken")).isNull();
  }

  /** What it is told is what would have been published. */
  @Test
  void whoCommitsIsToldByTheAnswerWhereNobodyElseListens() {
    String fence = acquire("a");
    List<String> ids = append(4);
    try (var own = server.open()) {
      follow(own);
      long published = server.calls("publish");
      List<?> first = commitListening(1, fence, "0-0", ids.get(0));
      List<?> second = commitListening(1, fence, ids.get(0), ids.get(1));
      assertThat(server.calls("publish")).isEqualTo(published);
      List<String> changes = changeIds();
      String term = (String) log.ask("HGET", log.names().log(), "reign");
      assertThat(first).isEqualTo(List.of(4L, 1L, changes.get(0), term, "0-0", "0-0"));
      assertThat(second).isEqualTo(List.of(4L, 2L, changes.get(1), term, "0-0", changes.get(0)));
      try (var other = server.open()) {
        other.ask("SUBSCRIBE", view.changes());
        assertThat(commitListening(1, fence, ids.get(1), ids.get(2))).hasSize(2);
        assertThat(server.calls("publish")).isEqualTo(published + 2);
      }
      await().until(() -> !log.ask("PUBSUB", "NUMSUB", view.changes()).toString().contains("2"));
      assertThat(commitListening(0, fence, ids.get(2), ids.get(3))).hasSize(2);
    }
  }

  /** A holder of a version that notes nothing of it. */
  @Test
  void whatChangedBeforeIsTrueAlsoBehindOneWhoDidNotNoteIt() {
    String fence = acquire("a");
    List<String> ids = append(3);
    try (var own = server.open()) {
      follow(own);
      commitListening(1, fence, "0-0", ids.get(0));
      String noted = (String) log.ask("HGET", view.state(), "newest-change");
      log.ask("DEL", view.lease());
      commitListening(1, acquire("b"), ids.get(0), ids.get(1));
      log.ask("HSET", view.state(), "newest-change", noted);
      log.ask("DEL", view.lease());
      assertThat(commitListening(1, acquire("a"), ids.get(1), ids.get(2)).getLast())
          .isEqualTo(changeIds().get(1));
    }
  }

  private void follow(RedisConversation conversation) {
    conversation.ask("SUBSCRIBE", view.told());
    conversation.ask("SUBSCRIBE", view.changes());
  }

  private List<String> changeIds() {
    return ((List<?>) log.ask("XRANGE", view.changes(), "-", "+"))
        .stream().map(change -> (String) ((List<?>) change).getFirst()).toList();
  }

  private String lastDelivered() {
    List<?> group =
        (List<?>) ((List<?>) log.ask("XINFO", "GROUPS", log.names().events())).getFirst();
    return (String) group.get(group.indexOf("last-delivered-id") + 1);
  }
}
