package penstock.stream.tail;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.stream.Partition;
import penstock.stream.StreamName;

class UnknownNewsTest {

  private static final Logger LOGGER = Logger.getLogger(UnknownNews.class.getName());

  private final List<String> said = new ArrayList<>();
  private final Handler witness =
      new Handler() {
        @Override
        public void publish(LogRecord line) {
          said.add(line.getMessage().formatted(line.getParameters()));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  private long now = Long.MAX_VALUE - 5;
  private final UnknownNews unknown = new UnknownNews(() -> now);

  @BeforeEach
  void listen() {
    LOGGER.addHandler(witness);
  }

  @AfterEach
  void leave() {
    LOGGER.removeHandler(witness);
  }

  private void add(String stream, int times) {
    var source = new TailSource.Log(new Partition(new StreamName(stream), 0), stream, "told");
    for (int i = 0; i < times; i++) {
      unknown.add(source, new IllegalArgumentException("as a test"));
    }
  }

  private void pass(Duration time) {
    now += time.toNanos();
    unknown.say();
  }

  @Test
  void saysTheFirstAtOnceAndTheOthersTogetherAMinuteLater() {
    add("a", 1);
    assertThat(said).hasSize(1);
    assertThat(said.getFirst()).contains("count=1,", "a/0", "as a test");
    add("a", 999);
    add("b", 1);
    pass(Duration.ofSeconds(59));
    add("b", 1);
    assertThat(said).hasSize(1);
    pass(Duration.ofSeconds(1));
    assertThat(said).hasSize(2);
    assertThat(said.getLast()).contains("count=1001,", "b/0");
  }

  @Test
  void saysNothingWhereNothingCame() {
    pass(Duration.ofMinutes(5));
    assertThat(said).isEmpty();
    add("a", 1);
    pass(Duration.ofMinutes(5));
    assertThat(said).hasSize(1);
  }
}
