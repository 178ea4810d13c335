package penstock.feed.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AsyncSemaphoreTest {

  private final AsyncSemaphore permits = new AsyncSemaphore(1);

  @Test
  void theNextBeginsWhenOneIsDone() {
    var begun = new ArrayList<Promise<Integer>>();
    List<Future<Integer>> all = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      all.add(
          permits.run(
              () -> {
                begun.add(Promise.promise());
                return begun.getLast().future();
              }));
    }
    assertThat(begun).hasSize(1);
    begun.getFirst().complete(1);
    assertThat(all.getFirst().result()).isEqualTo(1);
    assertThat(begun).hasSize(2);
    begun.getLast().fail("away");
    assertThat(begun).hasSize(3);
  }

  @Test
  void whatCannotBeginGivesItsPermitBack() {
    Future<Integer> first =
        permits.run(
            () -> {
              throw new IllegalStateException("a defect");
            });
    assertThat(first.cause()).hasMessage("a defect");
    assertThat(permits.run(() -> Future.succeededFuture(2)).result()).isEqualTo(2);
  }

  @Test
  void whatIsThrownAtTheEndOfOneDoesNotKeepTheNextFromItsTurn() {
    Promise<Integer> slow = Promise.promise();
    permits.run(slow::future);
    permits
        .run(() -> Future.succeededFuture(2))
        .onComplete(
            done -> {
              throw new IllegalStateException("a defect");
            });
    Future<Integer> last = permits.run(() -> Future.succeededFuture(3));
    slow.complete(1);
    assertThat(last.result()).isEqualTo(3);
  }
}
