package penstock.redis.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import penstock.redis.topology.SentinelTopology.Belief;

/** What is believed of what sentinels tell. */
class SentinelTopologyTest {

  private static final ServerAddress S1 = new ServerAddress("s1", 26379);
  private static final ServerAddress S2 = new ServerAddress("s2", 26379);
  private static final ServerAddress S3 = new ServerAddress("s3", 26379);
  private static final ServerAddress OLD = new ServerAddress("old", 6379);
  private static final ServerAddress NEW = new ServerAddress("new", 6379);

  private final SentinelTopology topology =
      new SentinelTopology(
          List.of(S1, S2, S3), "m", (server, question) -> Future.failedFuture("none"));

  private ServerAddress choose(Map<ServerAddress, Belief> said) {
    Map<ServerAddress, String> silent = new TreeMap<>();
    for (ServerAddress one : List.of(S1, S2, S3)) {
      if (!said.containsKey(one)) {
        silent.put(one, "away");
      }
    }
    return topology.choose(new ServerAnswers<>(said, silent));
  }

  @Test
  void whatMoreThanHalfTellIsBelieved() {
    assertThat(choose(Map.of(S1, new Belief(OLD, 0), S2, new Belief(OLD, 0)))).isEqualTo(OLD);
  }

  @Test
  void oneAloneIsNotBelieved() {
    assertThatThrownBy(() -> choose(Map.of(S1, new Belief(OLD, 7))))
        .isInstanceOf(NoMasterException.class)
        .hasMessageStartingWith("1 of 3 sentinels tell of a master 'm'")
        .hasMessageContaining("s2:26379: away");
  }

  @Test
  void theNewestTakeoverCountsWhoeverTellsOfIt() {
    assertThat(
            choose(Map.of(S1, new Belief(OLD, 3), S2, new Belief(NEW, 4), S3, new Belief(OLD, 3))))
        .isEqualTo(NEW);
  }

  @Test
  void thoseThatHaveNotHeardOfATakeoverAreNotBelievedAfterIt() {
    assertThat(choose(Map.of(S2, new Belief(NEW, 4), S3, new Belief(NEW, 4)))).isEqualTo(NEW);
    assertThatThrownBy(() -> choose(Map.of(S1, new Belief(OLD, 3), S2, new Belief(OLD, 3))))
        .isInstanceOf(NoMasterException.class)
        .hasMessageContaining("have not heard of a takeover");
    // all of them were set up anew
    Belief anew = new Belief(OLD, 0);
    assertThat(choose(Map.of(S1, anew, S2, anew, S3, anew))).isEqualTo(OLD);
    assertThat(choose(Map.of(S1, anew, S2, anew))).isEqualTo(OLD);
  }

  @Test
  void thoseThatDisagreeOverOneTakeoverAreNotBelieved() {
    assertThatThrownBy(() -> choose(Map.of(S1, new Belief(OLD, 3), S2, new Belief(NEW, 3))))
        .isInstanceOf(NoMasterException.class)
        .hasMessageContaining("do not agree");
  }
}
