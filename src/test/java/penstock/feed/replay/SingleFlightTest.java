package penstock.feed.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SingleFlightTest {

  private final List<Promise<Integer>> sent = new ArrayList<>();
  private final SingleFlight<Integer> asked =
      new SingleFlight<>(
          () -> {
            sent.add(Promise.promise());
            return sent.getLast().future();
          });

  @Test
  void aShardCostsTwoQuestionsAndNobodyGetsAnAnswerThatIsOlderThanItsQuestion() {
    Future<Integer> first = asked.ask();
    List<Future<Integer>> shard = IntStream.range(0, 1_000).mapToObj(i -> asked.ask()).toList();
    assertThat(sent).hasSize(1);

    sent.getFirst().complete(1);
    assertThat(first.result()).isEqualTo(1);
    assertThat(shard).noneMatch(Future::isComplete);
    assertThat(sent).hasSize(2);

    sent.getLast().complete(2);
    assertThat(shard).allMatch(answer -> answer.result() == 2);
    assertThat(sent).hasSize(2);
  }

  @Test
  void afterAFailureItIsAskedAgain() {
    Future<Integer> first = asked.ask();
    Future<Integer> second = asked.ask();
    sent.getFirst().fail("away");
    assertThat(first.failed()).isTrue();
    sent.getLast().complete(2);
    assertThat(second.result()).isEqualTo(2);
  }

  @Test
  void whoAsksAgainOnTheAnswerIsAsked() {
    Future<Integer> again = asked.ask().compose(one -> asked.ask());
    sent.getFirst().complete(1);
    assertThat(sent).hasSize(2);
    sent.getLast().complete(2);
    assertThat(again.result()).isEqualTo(2);
  }

  @Test
  void aQuestionThatCannotBePutIsAFailureAndTheNextIsPut() {
    var questions = new ArrayList<Integer>();
    var failing =
        new SingleFlight<Integer>(
            () -> {
              questions.add(questions.size());
              if (questions.size() == 1) {
                throw new IllegalStateException("a defect");
              }
              return Future.succeededFuture(2);
            });
    assertThat(failing.ask().cause()).hasMessage("a defect");
    assertThat(failing.ask().result()).isEqualTo(2);
  }

  @Test
  void whatOneThrowsKeepsNobodyFromTheAnswer() {
    asked.ask();
    asked
        .ask()
        .onComplete(
            done -> {
              throw new IllegalStateException("a defect");
            });
    Future<Integer> other = asked.ask();
    sent.getFirst().complete(1);
    sent.getLast().complete(2);
    assertThat(other.result()).isEqualTo(2);
  }
}
