package penstock.feed.frame;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import penstock.stream.Cursor;
import penstock.stream.StreamName;

class SharedFramesTest {

  private final SharedFrames<Integer> shared = new SharedFrames<>();

  private static FrameBatch batch() {
    Cursor at = Cursor.ofStream(new StreamName("orders"), List.of(), List.of());
    return FrameBatch.of(Buffer.buffer("data: {}\n\n"), 1, 1, at);
  }

  @Test
  void givesWhatIsWantedAgainUntilTheTurnIsOver() {
    FrameBatch batch = batch();
    assertThat(shared.get(1)).isNull();
    assertThat(shared.keep(1, batch)).isTrue();
    assertThat(shared.get(1)).isSameAs(batch);
    assertThat(shared.get(2)).isNull();
    shared.release();
    assertThat(shared.get(1)).isNull();
  }

  @Test
  void whatIsStillWrittenOutlivesTheTurn() {
    FrameBatch batch = batch();
    ByteBuf wire = batch.wire();
    shared.keep(1, batch);
    batch.retain();
    shared.release();
    assertThat(wire.refCnt()).isEqualTo(1);
    batch.release();
    assertThat(wire.refCnt()).isZero();
  }

  @Test
  void keepsNoMoreThanItMay() {
    assertThat(IntStream.range(0, SharedFrames.MOST)).allMatch(i -> shared.keep(i, batch()));
    assertThat(shared.keep(SharedFrames.MOST, batch())).isFalse();
    assertThat(shared.get(SharedFrames.MOST)).isNull();
    assertThat(shared.get(0)).isNotNull();
    shared.release();
    assertThat(shared.keep(SharedFrames.MOST, batch())).isTrue();
  }
}
