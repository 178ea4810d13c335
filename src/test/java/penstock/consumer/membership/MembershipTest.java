package penstock.consumer.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.consumer.BlockingCall;
import penstock.projection.TestLog;
import penstock.projection.worker.HandDriven;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;

/** What instances send each other, against a real Redis. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(HandDriven.Profile.class)
class MembershipTest {

  RedisServer redis;
  @Inject HandDriven hand;
  private TestLog log;

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

  private Membership.Members beat(Membership one, String... works) throws InterruptedException {
    return BlockingCall.of(one.heartbeat(List.of(works)));
  }

  private static List<ControlMessage.Type> kinds(Membership one, String after)
      throws InterruptedException {
    return BlockingCall.of(one.receive(after, 1)).stream().map(ControlMessage::kind).toList();
  }

  @Test
  void thoseThatLiveAreKnownWithWhatTheyWork() throws Exception {
    Membership a = hand.membership("a");
    Membership b = hand.membership("b");
    beat(a, "v:1-0", "w:2-0");
    Membership.Members seen = beat(b);
    assertThat(seen.works()).isEqualTo(Map.of("a", Set.of("v:1-0", "w:2-0"), "b", Set.of()));
    assertThat(seen.millisLeft()).isBetween(1L, 1_000L);
    assertThat(kinds(a, "0-0"))
        .containsExactly(ControlMessage.Type.MEMBERS, ControlMessage.Type.MEMBERS);
  }

  @Test
  void aHeartbeatThatChangesNothingIsNoNews() throws Exception {
    Membership a = hand.membership("a");
    beat(a, "v:1-0");
    String last = BlockingCall.of(a.lastMessage());
    beat(a, "v:1-0");
    assertThat(kinds(a, last)).isEmpty();
    beat(a, "v:1-0", "v:1-1");
    assertThat(kinds(a, last)).containsExactly(ControlMessage.Type.MEMBERS);
  }

  @Test
  void oneWithoutAHeartbeatInTimeIsTakenOffByAnother() throws Exception {
    Membership a = hand.membership("a");
    Membership b = hand.membership("b");
    beat(a, "v:1-0");
    await().until(() -> !beat(b, "v:1-0").works().containsKey("a"));
    assertThat(log.ask("ZSCORE", "ps:instances", "a")).isNull();
    assertThat(log.hash("ps:instances:works")).containsOnlyKeys("b");
    assertThat(beat(a, "v:1-0").works()).containsOnlyKeys("a", "b");
  }

  @Test
  void oneThatLeavesIsGoneAtOnceAndTheOthersLearnIt() throws Exception {
    Membership a = hand.membership("a");
    Membership b = hand.membership("b");
    beat(a, "v:1-0");
    beat(b, "v:1-0");
    String last = BlockingCall.of(b.lastMessage());
    BlockingCall.of(a.leave());
    assertThat(kinds(b, last)).containsExactly(ControlMessage.Type.MEMBERS);
    assertThat(beat(b, "v:1-0").works()).containsOnlyKeys("b");
  }

  @Test
  void itWorksOnAFullRedis() throws Exception {
    Membership a = hand.membership("a");
    log.ask("CONFIG", "SET", "maxmemory", 1);
    assertThat(beat(a, "v:1-0").works()).containsOnlyKeys("a");
    BlockingCall.of(a.send(ControlMessage.Type.RELEASED, "some-key"));
    assertThat(BlockingCall.of(a.receive("0-0", 1)).getLast())
        .extracting(ControlMessage::kind, ControlMessage::about)
        .containsExactly(ControlMessage.Type.RELEASED, "some-key");
    BlockingCall.of(a.leave());
  }
}
