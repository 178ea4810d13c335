package penstock.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** All inputs of the corpora, without a fuzzer: what once failed does not fail again. */
class FuzzCorpusTest {

  /** Many times what any of them takes, and less than a build would wait. */
  private static final Duration LIMIT = Duration.ofSeconds(20);

  static Stream<Arguments> inputs() {
    return FuzzTarget.all().stream()
        .flatMap(target -> target.inputs().stream().map(input -> Arguments.of(target, input)));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("inputs")
  void holds(FuzzTarget target, Path input) throws IOException {
    byte[] bytes = Files.readAllBytes(input);
    Assertions.assertTimeoutPreemptively(LIMIT, () -> target.run(bytes));
  }

  @Test
  void eachTargetHasACorpusAndEachCorpusATarget() throws IOException {
    assertThat(FuzzTarget.all()).extracting(FuzzTarget::name).isEqualTo(FuzzTarget.classes());
  }
}
