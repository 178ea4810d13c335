package penstock.redis.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static penstock.Patience.await;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReplicaAdmissionTest {

  private static final long OF_MASTER = 30;

  private final Vertx vertx = Vertx.vertx();
  private final List<String> asked = new ArrayList<>();

  @AfterEach
  void close() {
    await(vertx.close());
  }

  private Future<ReplicationInfo> info(String who, String id, long offset) {
    asked.add(who);
    return Future.succeededFuture(
        new ReplicationInfo(who.equals("master"), id, "", offset, 0, true));
  }

  private Future<Void> admit(Duration patience, String id, long... offsets) {
    var left = new ArrayList<Long>();
    for (long one : offsets) {
      left.add(one);
    }
    return new ReplicaAdmission(vertx, patience)
        .admit(
            () -> info("master", "a", OF_MASTER),
            () -> info("replica", id, left.size() > 1 ? left.removeFirst() : left.getFirst()));
  }

  @Test
  void aReplicaIsReadFromWhenItHasWhatTheMasterHadBefore() {
    await(admit(Duration.ofSeconds(20), "a", 10, 29, 30));
    assertThat(asked).containsExactly("master", "replica", "replica", "replica");
  }

  @Test
  void oneThatStaysBehindIsNot() {
    assertThatThrownBy(() -> await(admit(Duration.ofMillis(30), "a", 10)))
        .hasMessageContaining("too far behind");
  }

  @Test
  void oneOfAnotherMasterIsNotHoweverMuchItHas() {
    assertThatThrownBy(() -> await(admit(Duration.ofSeconds(20), "b", 100)))
        .hasMessageContaining("does not follow");
  }
}
