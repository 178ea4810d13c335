package penstock.redis.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How far behind a replica is, in time. */
class OffsetHistoryTest {

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final OffsetHistory history = new OffsetHistory(Duration.ofSeconds(10));

  private static ReplicationInfo master(String id, long offset) {
    return ReplicationInfo.parse(
        "role:master\r\nmaster_replid:" + id + "\r\nmaster_repl_offset:" + offset + "\r\n");
  }

  private static ReplicationInfo replica(String id, long offset) {
    return ReplicationInfo.parse(
        "role:slave\r\nmaster_replid:" + id + "\r\nslave_repl_offset:" + offset + "\r\n");
  }

  @Test
  void aReplicaIsAsOldAsTheLastLookAtWhichTheMasterHadNoMore() {
    for (int second = 0; second <= 5; second++) {
      history.note(master("x", 100L * second), second * SECOND);
    }
    assertThat(history.behind(replica("x", 500), 5 * SECOND)).isZero();
    assertThat(history.behind(replica("x", 499), 5 * SECOND)).isEqualTo(SECOND);
    assertThat(history.behind(replica("x", 200), 6 * SECOND)).isEqualTo(4 * SECOND);
  }

  @Test
  void onAQuietMasterNothingIsMissingHoweverLongNothingCame() {
    for (int second = 0; second <= 5; second++) {
      history.note(master("x", 100), second * SECOND);
    }
    assertThat(history.behind(replica("x", 100), 5 * SECOND)).isZero();
  }

  @Test
  void whatIsOlderThanAllLooksOrOfAnotherMasterIsTooOld() {
    for (int second = 0; second <= 1_000; second++) {
      history.note(master("x", 100L * second), second * SECOND);
    }
    assertThat(history.behind(replica("x", 100), 1_000 * SECOND)).isEqualTo(Long.MAX_VALUE);
    assertThat(history.behind(replica("y", 100_000), 1_000 * SECOND)).isEqualTo(Long.MAX_VALUE);
    history.note(master("y", 5), 1_001 * SECOND);
    assertThat(history.behind(replica("x", 100_000), 1_001 * SECOND)).isEqualTo(Long.MAX_VALUE);
    assertThat(history.behind(replica("y", 5), 1_001 * SECOND)).isZero();
  }
}
