package penstock.projection.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import penstock.event.Event;
import penstock.event.EventData;
import penstock.stream.Position;
import penstock.stream.StreamName;
import penstock.view.ViewDefinition;
import penstock.view.ViewName;
import penstock.view.fold.Entry;
import penstock.view.fold.Fold;

class FoldResultTest {

  private static final Position POSITION = new Position(1, 0);

  /** A fold that always throws, also what it does not declare. */
  private record Broken(Throwable defect) implements Fold {

    @Override
    public Entry apply(@Nullable Entry entry, Event event, Position position) {
      throw Broken.<RuntimeException>undeclared(defect);
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T undeclared(Throwable defect) throws T {
      throw (T) defect;
    }

    @Override
    public void value(Entry entry, Buffer out) {
      throw new UnsupportedOperationException();
    }
  }

  private static FoldResult fold(Throwable defect) {
    ViewDefinition view =
        new ViewDefinition(
            new ViewName("v"),
            new StreamName("s"),
            1,
            "bean:broken",
            new Broken(defect),
            "",
            null,
            new TreeSet<>(),
            new TreeSet<>(),
            new TreeSet<>(),
            false,
            false);
    Event event = new Event("1", "/", "t", "k", null, null, null, new TreeMap<>(), EventData.NONE);
    return FoldResult.of(view, null, event, POSITION);
  }

  static Stream<Throwable> defects() {
    return Stream.of(
        new IllegalStateException("on purpose"),
        new AssertionError("on purpose"),
        new NoClassDefFoundError("on purpose"),
        new StackOverflowError("on purpose"),
        new IOException("on purpose"));
  }

  @ParameterizedTest
  @MethodSource("defects")
  void whatAFoldThrowsSetsItsEventAside(Throwable defect) {
    assertThat(fold(defect))
        .isInstanceOfSatisfying(
            FoldResult.Failed.class,
            failed -> assertThat(failed.reason()).contains("the fold failed", "on purpose"));
  }

  @Test
  void whatTheMachineLacksIsNotTheEventsFault() {
    assertThatThrownBy(() -> fold(new OutOfMemoryError("on purpose")))
        .isInstanceOf(OutOfMemoryError.class);
  }
}
