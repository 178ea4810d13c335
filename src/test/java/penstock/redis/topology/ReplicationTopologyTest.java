package penstock.redis.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Which of several servers is believed to be the master. */
class ReplicationTopologyTest {

  private static final ServerAddress A = new ServerAddress("a", 6379);
  private static final ServerAddress B = new ServerAddress("b", 6379);
  private static final ServerAddress C = new ServerAddress("c", 6379);

  private final ReplicationTopology topology =
      new ReplicationTopology(List.of(A, B, C), (server, question) -> Future.failedFuture("none"));

  private static ReplicationInfo master(String id, String former, int replicas) {
    return ReplicationInfo.parse(
        "role:master\r\nconnected_slaves:%d\r\nmaster_replid:%s\r\nmaster_replid2:%s\r\n"
            .formatted(replicas, id, former));
  }

  private static ReplicationInfo replica(String id) {
    return ReplicationInfo.parse("role:slave\r\nmaster_replid:" + id + "\r\n");
  }

  private ServerAddress choose(Map<ServerAddress, ReplicationInfo> said) {
    Map<ServerAddress, String> silent = new TreeMap<>();
    for (ServerAddress one : List.of(A, B, C)) {
      if (!said.containsKey(one)) {
        silent.put(one, "away");
      }
    }
    return topology.choose(new ServerAnswers<>(said, silent));
  }

  @Test
  void theOneThatSaysSoIsTheMaster() {
    assertThat(choose(Map.of(A, replica("x"), B, master("x", "000", 2), C, replica("x"))))
        .isEqualTo(B);
    assertThat(choose(Map.of(B, master("x", "000", 0)))).isEqualTo(B);
  }

  @Test
  void withoutAnyItIsSaidHowManyWereAskedAndWhoDoesNotAnswer() {
    assertThatThrownBy(() -> choose(Map.of(A, replica("x"), C, replica("x"))))
        .isInstanceOf(NoMasterException.class)
        .hasMessage("none of the 3 hosts is a master; no answer of b:6379: away");
  }

  @Test
  void ofTwoTheOneThatTookOverFromTheOtherIsBelieved() {
    // the old one may still have more replicas, which have yet to hear of the new one
    assertThat(choose(Map.of(A, master("x", "000", 1), B, master("y", "x", 0), C, replica("x"))))
        .isEqualTo(B);
  }

  @Test
  void anOldOneIsNotBelievedEitherWhenItIsTheOnlyOneThatAnswers() {
    assertThat(choose(Map.of(B, master("y", "x", 0)))).isEqualTo(B);
    assertThatThrownBy(() -> choose(Map.of(A, master("x", "000", 1), C, replica("x"))))
        .isInstanceOf(NoMasterException.class)
        .hasMessageContaining("a:6379, is an old one");
    // unless all others have gone back to it
    assertThat(choose(Map.of(A, master("x", "000", 2), B, replica("x"), C, replica("x"))))
        .isEqualTo(A);
    assertThat(choose(Map.of(A, master("x", "000", 0)))).isEqualTo(A);
  }

  @Test
  void whereNoLineTellsThemApartTheOneThatReplicasFollowIsBelievedAndElseNone() {
    assertThat(choose(Map.of(A, master("x", "000", 0), C, master("z", "y", 1)))).isEqualTo(C);
    assertThatThrownBy(() -> choose(Map.of(A, master("v", "000", 0), C, master("w", "u", 0))))
        .isInstanceOf(NoMasterException.class)
        .hasMessageContaining("a:6379, c:6379");
  }
}
