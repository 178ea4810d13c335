package penstock.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static penstock.Patience.await;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.problem.Problem;
import penstock.problem.ProblemType;

@QuarkusTest
@WithTestResource(RedisResource.class)
class BatchQueueTest {

  private static final int MOST = 3;

  @Inject Vertx vertx;
  @Inject RedisLinks links;

  private Context context;
  private LoopLinks loops;

  /** Calls that were sent, and what will answer each. Only on the context. */
  private final List<List<String>> sent = new ArrayList<>();

  private final List<Promise<List<String>>> answers = new ArrayList<>();

  @BeforeEach
  void open() {
    context = ((VertxInternal) vertx).createEventLoopContext();
    loops = links.openOnLoops("batch-test");
  }

  private static Predicate<String> different() {
    var members = new HashSet<String>();
    return next -> members.size() < MOST && members.add(next);
  }

  private BatchQueue<String, String, String> queue() {
    return new BatchQueue<>(
        loops,
        BatchQueueTest::different,
        (over, what, batch) -> {
          sent.add(batch);
          answers.add(Promise.promise());
          return answers.getLast().future();
        });
  }

  /** Runs it on the event loop, and waits for it. */
  private <T> T on(Supplier<T> what) {
    Promise<T> done = Promise.promise();
    context.runOnContext(go -> done.complete(what.get()));
    return await(done.future());
  }

  private void answer(int call) {
    on(
        () -> {
          answers.get(call).complete(sent.get(call).stream().map(String::toUpperCase).toList());
          return true;
        });
  }

  @Test
  void whatComesWhileACallIsUnderWayGoesTogetherAsTheNextOne() {
    var queue = queue();
    List<Future<String>> told =
        on(() -> IntStream.range(0, 6).mapToObj(i -> queue.add("k", "m" + i)).toList());
    assertThat(sent).containsExactly(List.of("m0"));
    answer(0);
    assertThat(await(told.get(0))).isEqualTo("M0");
    assertThat(sent).containsExactly(List.of("m0"), List.of("m1", "m2", "m3"));
    answer(1);
    answer(2);
    assertThat(await(Future.all(told)).<String>list())
        .containsExactly("M0", "M1", "M2", "M3", "M4", "M5");
    assertThat(sent.getLast()).containsExactly("m4", "m5");
  }

  @Test
  void whatMayNotGoTogetherGoesInTurnAndOtherThingsDoNotWait() {
    var queue = queue();
    List<Future<String>> told =
        on(
            () ->
                List.of(
                    queue.add("k", "a"),
                    queue.add("k", "b"),
                    queue.add("k", "b"),
                    queue.add("other", "b")));
    assertThat(sent).containsExactly(List.of("a"), List.of("b"));
    answer(0);
    assertThat(sent).hasSize(3);
    answer(2);
    assertThat(sent).hasSize(4);
    answer(1);
    answer(3);
    assertThat(await(Future.all(told)).<String>list()).containsExactly("A", "B", "B", "B");
  }

  @Test
  void oneThatRedisRefusesDoesNotHarmTheOthersOfItsBatch() {
    var queue =
        new BatchQueue<String, String, String>(
            loops,
            BatchQueueTest::different,
            (over, what, batch) -> {
              sent.add(batch);
              if (batch.contains("thrown")) {
                throw new IllegalStateException("a defect");
              }
              return batch.contains("bad")
                  ? Future.failedFuture(new RedisReplyException("WRONGTYPE"))
                  : batch.contains("large")
                      ? Future.failedFuture(
                          Problem.of(ProblemType.REDIS_FULL, "no room").exception())
                      : vertx.timer(1).map(batch);
            });
    List<Future<String>> told =
        on(
            () ->
                List.of(
                    queue.add("k", "first"),
                    queue.add("k", "good"),
                    queue.add("k", "bad"),
                    queue.add("k", "large"),
                    queue.add("k", "next"),
                    queue.add("k", "thrown"),
                    queue.add("k", "late"),
                    queue.add("k", "last")));
    assertThat(await(told.get(0))).isEqualTo("first");
    assertThat(await(told.get(1))).isEqualTo("good");
    assertThatThrownBy(() -> await(told.get(2))).hasMessageContaining("WRONGTYPE");
    assertThatThrownBy(() -> await(told.get(3))).hasMessageContaining("no room");
    // what became of it is not known: nothing is sent again
    assertThatThrownBy(() -> await(told.get(4))).hasMessageContaining("a defect");
    assertThat(await(told.get(7))).isEqualTo("last");
    assertThat(sent).filteredOn(batch -> batch.contains("late")).hasSize(1);
  }

  @Test
  void whatWaitsIsBounded() {
    var queue = queue();
    int most = on(loops::here).maxPending();
    List<Future<String>> told =
        on(
            () ->
                IntStream.rangeClosed(0, most + 1).mapToObj(i -> queue.add("k", "m" + i)).toList());
    assertThat(told.get(most).failed()).isFalse();
    assertThatThrownBy(() -> await(told.get(most + 1)))
        .hasMessageContaining("too many commands wait");
  }
}
