package penstock.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import penstock.stream.Cursor;
import penstock.stream.StreamName;

class SharedChunksTest {

  private final SharedChunks<Integer> shared = new SharedChunks<>();

  private static Chunk chunk() {
    Cursor at = Cursor.ofStream(new StreamName("orders"), List.of(), List.of());
    return Chunk.of(Buffer.buffer("data: {}\n\n"), 1, 1, at);
  }

  @Test
  void givesWhatIsWantedAgainUntilTheTurnIsOver() {
    Chunk chunk = chunk();
    assertThat(shared.get(1)).isNull();
    assertThat(shared.keep(1, chunk)).isTrue();
    assertThat(shared.get(1)).isSameAs(chunk);
    assertThat(shared.get(2)).isNull();
    shared.release();
    assertThat(shared.get(1)).isNull();
  }

  @Test
  void whatIsStillWrittenOutlivesTheTurn() {
    Chunk chunk = chunk();
    ByteBuf wire = chunk.wire();
    shared.keep(1, chunk);
    chunk.retain();
    shared.release();
    assertThat(wire.refCnt()).isEqualTo(1);
    chunk.release();
    assertThat(wire.refCnt()).isZero();
  }

  @Test
  void keepsNoMoreThanItMay() {
    assertThat(IntStream.range(0, SharedChunks.MOST)).allMatch(i -> shared.keep(i, chunk()));
    assertThat(shared.keep(SharedChunks.MOST, chunk())).isFalse();
    assertThat(shared.get(SharedChunks.MOST)).isNull();
    assertThat(shared.get(0)).isNotNull();
    shared.release();
    assertThat(shared.keep(SharedChunks.MOST, chunk())).isTrue();
  }
}
