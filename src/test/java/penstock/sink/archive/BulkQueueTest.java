package penstock.sink.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import penstock.sink.Delivery;
import penstock.sink.Outcome;

class BulkQueueTest {

  private static final int BATCH = 4;
  private static final int SIZE = 1_000;

  private record Sent(Bulk bulk, List<Delivery> all, Promise<List<Outcome>> outcomes) {

    void delivered() {
      outcomes.complete(Collections.nCopies(all.size(), Outcome.DELIVERED));
    }
  }

  private final List<Sent> sent = new ArrayList<>();
  private final BulkQueue queue =
      new BulkQueue(
          BATCH,
          () -> SIZE,
          (bulk, all) -> {
            Promise<List<Outcome>> outcomes = Promise.promise();
            sent.add(new Sent(bulk, all, outcomes));
            return outcomes.future();
          });
  private int next = 1;

  private List<Delivery> deliveries(int count) {
    var some = new ArrayList<Delivery>();
    for (int i = 0; i < count; i++) {
      some.add(TestArchive.delivery(next++, ""));
    }
    return some;
  }

  /** Each event takes so many bytes. */
  private Future<List<Outcome>> deliver(List<Delivery> all, int written, int bytes) {
    return queue.deliver(
        new Bulk(all.subList(0, written), Buffer.buffer("x".repeat(written * bytes))), all);
  }

  private Future<List<Outcome>> deliver(int count, int bytes) {
    return deliver(deliveries(count), count, bytes);
  }

  @Test
  void whatWaitsGoesTogetherAndIsToldApart() {
    Future<List<Outcome>> first = deliver(3, 1);
    Future<List<Outcome>> second = deliver(1, 1);
    Future<List<Outcome>> third = deliver(3, 1);
    Future<List<Outcome>> fourth = deliver(1, 1);
    assertThat(sent).hasSize(1);
    sent.getFirst().delivered();
    assertThat(first.result()).containsOnly(Outcome.DELIVERED).hasSize(3);
    assertThat(second.isComplete()).isFalse();
    assertThat(sent).hasSize(2);
    assertThat(sent.getLast().all()).hasSize(BATCH);
    assertThat(sent.getLast().bulk().count()).isEqualTo(BATCH);
    assertThat(sent.getLast().bulk().lines().length()).isEqualTo(BATCH);
    Outcome refused = new Outcome.Refused("r", "why");
    sent.getLast()
        .outcomes()
        .complete(List.of(Outcome.DELIVERED, refused, Outcome.DELIVERED, refused));
    assertThat(second.result()).containsExactly(Outcome.DELIVERED);
    assertThat(third.result()).containsExactly(refused, Outcome.DELIVERED, refused);
    assertThat(fourth.isComplete()).isFalse();
    sent.getLast().delivered();
    assertThat(fourth.result()).containsExactly(Outcome.DELIVERED);
  }

  @Test
  void noRequestIsLargerThanItMayBeUnlessOneAloneIs() {
    deliver(1, 1);
    deliver(1, SIZE + 1);
    deliver(1, SIZE / 2);
    deliver(1, SIZE / 2);
    deliver(1, 1);
    var counts = new ArrayList<Integer>();
    for (int i = 0; i < sent.size(); i++) {
      counts.add(sent.get(i).all().size());
      sent.get(i).delivered();
    }
    assertThat(counts).containsExactly(1, 1, 2, 1);
  }

  /** Its rest is written behind what was sent of it: nothing may come between. */
  @Test
  void nothingGoesBehindWhatIsNotWrittenWhole() {
    deliver(1, 1);
    deliver(deliveries(2), 1, 1);
    deliver(1, 1);
    sent.getFirst().delivered();
    assertThat(sent.getLast().all()).hasSize(2);
    assertThat(sent.getLast().bulk().count()).isEqualTo(1);
    sent.getLast().delivered();
    assertThat(sent).hasSize(3);
  }

  @Test
  void afterARestTheNextGoesAtOnce() {
    deliver(1, 1);
    sent.getFirst().delivered();
    deliver(1, 1);
    assertThat(sent).hasSize(2);
  }
}
