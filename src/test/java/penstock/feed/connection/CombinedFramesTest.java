package penstock.feed.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import penstock.stream.Cursor;
import penstock.stream.StartPosition;
import penstock.stream.StreamName;

class CombinedFramesTest {

  private static final Cursor STOOD = Cursor.ofStream(new StreamName("b"), List.of(), List.of());

  private final CombinedFrames a = new CombinedFrames("stream", "a", new StartPosition.Latest());
  private final CombinedFrames b = new CombinedFrames("view", "b", new StartPosition.At(STOOD));
  private final Buffer connection = Buffer.buffer();

  private void append(CombinedFrames feed, String frames) {
    feed.append(frames.getBytes(StandardCharsets.UTF_8), connection, List.of(a, b));
  }

  @Test
  void anEventIsPutBesideTheNameAndTheIdHasAllCursors() {
    append(a, "id: x\ndata: {\"id\":\"1\"}\n\n");
    assertThat(connection)
        .hasToString(
            "id: 2.x."
                + STOOD.encode()
                + "\ndata: {\"stream\":\"a\",\"event\":{\"id\":\"1\"}}\n\n");
  }

  @Test
  void theMembersOfANamedFrameFollowTheName() {
    append(b, "event: change\ndata: {\"key\":\"k\"}\n\nevent: caught-up\ndata: {}\n\n");
    assertThat(connection)
        .hasToString(
            "event: change\ndata: {\"view\":\"b\",\"key\":\"k\"}\n\n"
                + "event: caught-up\ndata: {\"view\":\"b\"}\n\n");
  }

  @Test
  void aLineMayComeBeforeTheRestOfItsFrame() {
    append(b, "id: y\n");
    append(b, "event: snapshot\ndata: {\"complete\":true}\n\n");
    append(a, "data: {}\n\n");
    assertThat(connection)
        .hasToString(
            "id: 2.y\nevent: snapshot\ndata: {\"view\":\"b\",\"complete\":true}\n\n"
                + "data: {\"stream\":\"a\",\"event\":{}}\n\n");
  }
}
