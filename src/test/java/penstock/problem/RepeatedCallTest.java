package penstock.problem;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RepeatedCallTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final ExecutorService answers = Executors.newSingleThreadExecutor();
  private final AtomicInteger steps = new AtomicInteger();

  @AfterEach
  void close() {
    answers.shutdownNow();
  }

  private Future<Boolean> answer(boolean more) {
    steps.incrementAndGet();
    Promise<Boolean> step = Promise.promise();
    answers.execute(() -> step.complete(more));
    return step.future();
  }

  /** More than a stack has room for. */
  @Test
  void aHundredThousandStepsAreDone() {
    Future<Void> all = RepeatedCall.whileMore(() -> answer(steps.get() < 99_999));
    assertThat(all.toCompletionStage()).succeedsWithin(PATIENCE);
    assertThat(steps).hasValue(100_000);
  }

  @Test
  void theFirstThatFailsIsTheLast() {
    var failure = new IllegalStateException("no");
    Future<Void> all =
        RepeatedCall.whileMore(
            () -> {
              if (steps.get() == 3) {
                throw failure;
              }
              return answer(true);
            });
    assertThat(all.toCompletionStage())
        .failsWithin(PATIENCE)
        .withThrowableThat()
        .withCause(failure);
    assertThat(steps).hasValue(3);
  }
}
