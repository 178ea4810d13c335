package penstock.stream.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static penstock.Patience.await;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import penstock.projection.TestLog;
import penstock.redis.Keys;
import penstock.redis.RedisConversation;
import penstock.redis.RedisServer;

/** What is little enough to be told, to the event and to the byte. */
class ToldEventsTest {

  /** The header of an array of few, and of a string of some hundred bytes and more. */
  private static final int ARRAY = 1;

  private static final int LONG_TEXT = 3;

  private static RedisServer server;

  private TestLog log;
  private Keys.OfPartition keys;
  private RedisConversation follower;
  private int ids;

  @BeforeAll
  static void start() {
    server = RedisServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void follow() {
    server.flush();
    log = new TestLog(server, "told");
    keys = log.names();
    follower = server.open();
    follower.ask("SUBSCRIBE", keys.told());
  }

  @AfterEach
  void leave() {
    follower.close();
    log.close();
  }

  private static List<String> fields(String id, String data) {
    return List.of("id", id, "source", "/t", "type", "t", "data", data);
  }

  private List<?> append(String script, int events, String data, Object... last) {
    List<Object> command = new ArrayList<>();
    command.addAll(
        List.of(
            "EVAL", script, 2, keys.events(), keys.log(), keys.seen(), "life", 120_000, events));
    for (int i = 0; i < events; i++) {
      List<String> fields = fields("%08d".formatted(ids++), data);
      command.add("digest--" + fields.get(1));
      command.add(fields.size());
      command.addAll(fields);
    }
    command.addAll(List.of(last));
    return (List<?>) log.ask(command.toArray());
  }

  /** Whether it is published on the second channel too. */
  private boolean isTold(int events, int bytes) {
    long before = server.calls("publish");
    assertThat(append(TestLog.source("append"), events, "x".repeat(bytes))).hasSize(2 + 2 * events);
    return server.calls("publish") - before == 2;
  }

  /** The most data of an event that is told, packed with its position and its other fields. */
  private static int mostData() {
    int rest = ARRAY + LONG_TEXT + 1 + "1764298800000-0".length();
    for (String one : fields("00000000", "")) {
      rest += one.isEmpty() ? 0 : 1 + one.length();
    }
    return OrderedNews.MOST_BYTES - rest;
  }

  @ParameterizedTest
  @CsvSource({"0, true", "1, false", "30, false", "60, false", "70000, false"})
  void tellsAnEventOfUpToSoManyBytes(int more, boolean told) {
    assertThat(isTold(1, mostData() + more)).isEqualTo(told);
  }

  @Test
  void tellsEventsOfUpToSoManyBytesTogether() {
    assertThat(isTold(2, mostData() / 2 - 30)).isTrue();
    assertThat(isTold(2, mostData() / 2 + 1)).isFalse();
  }

  @Test
  void tellsUpToSoManyEvents() {
    assertThat(isTold(16, 1)).isTrue();
    assertThat(isTold(17, 1)).isFalse();
  }

  /** To pack it and throw that away takes Redis as long as to write it. */
  @Test
  void doesNotPackWhatIsFarTooMuch() {
    String source = TestLog.source("append");
    String cannotPack = source.replace("cmsgpack.pack(ids[n],", "cannot_pack(ids[n],");
    assertThat(cannotPack).isNotEqualTo(source);
    append(cannotPack, 1, "x".repeat(OrderedNews.MOST_BYTES));
    append(cannotPack, 16, "x".repeat(OrderedNews.MOST_BYTES));
    assertThatThrownBy(() -> append(cannotPack, 1, "x")).hasMessageContaining("cannot_pack");
  }

  /** Whether who appends and follows is told by the answer, and nothing is published. */
  private boolean isAnswered(int events) {
    return isAnswered(events, 1);
  }

  /** The same of who listens over so many connections. */
  private boolean isAnswered(int events, int connections) {
    long before = server.calls("publish");
    int words = append(TestLog.source("append"), events, "x", connections).size();
    boolean answered = words > 2 + 2 * events;
    assertThat(server.calls("publish") - before).isEqualTo(answered ? 0 : events > 16 ? 1 : 2);
    return answered;
  }

  @Test
  void answersWhoAppendsIfNobodyElseFollows() {
    assertThat(isAnswered(1)).as("does not listen to what is not told").isFalse();
    follower.ask("SUBSCRIBE", keys.events());
    assertThat(isAnswered(1)).isTrue();
    assertThat(isAnswered(17)).as("is more than is told").isFalse();
    for (String channel : List.of(keys.events(), keys.told())) {
      try (RedisConversation other = server.open()) {
        other.ask("SUBSCRIBE", channel);
        assertThat(isAnswered(1)).as("another listens").isFalse();
      }
      await().until(() -> isAnswered(1));
    }
    try (RedisConversation own = server.open()) {
      own.ask("SUBSCRIBE", keys.events());
      assertThat(isAnswered(1, 2)).as("listens twice, to one of them only").isFalse();
      own.ask("SUBSCRIBE", keys.told());
      assertThat(isAnswered(1, 2)).as("listens twice").isTrue();
      assertThat(isAnswered(1, 1)).isFalse();
    }
  }

  @Test
  void saysInTheAnswerWhatIsToldOtherwise() {
    follower.ask("SUBSCRIBE", keys.events());
    String before = String.valueOf(append(TestLog.source("append"), 1, "x").get(2));
    List<?> answer = append(TestLog.source("append"), 2, "x", 1);
    assertThat(answer.subList(6, 9)).isEqualTo(List.of("0-0", before, "3"));
    assertThat(Long.parseLong(answer.get(9).toString()))
        .isCloseTo(System.currentTimeMillis(), within(60_000L));
    assertThat(append(TestLog.source("append"), 0, "x", 1)).hasSize(2);
  }
}
