package penstock.feed.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import penstock.stream.Cursor;
import penstock.stream.StartPosition;
import penstock.stream.StreamName;

class CombinedFramesTest {

  private static final Cursor STOOD = Cursor.ofStream(new StreamName("b"), List.of(), List.of());

  private final List<CombinedFrames> feeds = new ArrayList<>();
  private final CombinedBuffer connection = new CombinedBuffer(feeds);
  private final CombinedFrames a = feed("stream", "a", new StartPosition.Latest());
  private final CombinedFrames b = feed("view", "b", new StartPosition.At(STOOD));
  private final String stood = STOOD.encode();

  private CombinedFrames feed(String kind, String name, StartPosition begins) {
    var feed = new CombinedFrames(kind, name, begins, connection);
    feeds.add(feed);
    return feed;
  }

  private static void append(CombinedFrames feed, String frames) {
    feed.append(frames.getBytes(StandardCharsets.UTF_8));
  }

  private void assertWritten(String frames) {
    assertThat(connection.take()).hasToString(frames);
  }

  @Test
  void anEventIsPutBesideTheNameAndTheIdHasAllCursors() {
    append(a, "id: x\ndata: {\"id\":\"1\"}\n\n");
    assertWritten("id: 2.x." + stood + "\ndata: {\"stream\":\"a\",\"event\":{\"id\":\"1\"}}\n\n");
  }

  @Test
  void theMembersOfANamedFrameFollowTheName() {
    append(b, "event: change\ndata: {\"key\":\"k\"}\n\nevent: caught-up\ndata: {}\n\n");
    assertWritten(
        "event: change\ndata: {\"view\":\"b\",\"key\":\"k\"}\n\n"
            + "event: caught-up\ndata: {\"view\":\"b\"}\n\n");
  }

  @Test
  void aLineMayComeBeforeTheRestOfItsFrame() {
    append(b, "id: y\n");
    append(b, "event: snapshot\ndata: {\"complete\":true}\n\n");
    append(a, "data: {}\n\n");
    assertWritten(
        "id: 2.y\nevent: snapshot\ndata: {\"view\":\"b\",\"complete\":true}\n\n"
            + "data: {\"stream\":\"a\",\"event\":{}}\n\n");
  }

  @Test
  void whatDeliversNothingSharesOneId() {
    append(a, "id: x\nevent: caught-up\ndata: {}\n\n");
    append(b, "id: y\nevent: caught-up\ndata: {}\n\n");
    assertWritten(
        "id: 2.x.y\nevent: caught-up\ndata: {\"stream\":\"a\"}\n\n"
            + "event: caught-up\ndata: {\"view\":\"b\"}\n\n");
  }

  /** Who left between the two would miss the event otherwise. */
  @Test
  void anIdSaysNothingOfAnEventThatComesBehindIt() {
    append(b, "id: y\nevent: caught-up\ndata: {}\n\n");
    append(a, "id: x\ndata: {}\n\n");
    append(b, "id: z\nevent: caught-up\ndata: {}\n\n");
    assertWritten(
        "id: 2.y\nevent: caught-up\ndata: {\"view\":\"b\"}\n\n"
            + "id: 2.x.y\ndata: {\"stream\":\"a\",\"event\":{}}\n\n"
            + "id: 2.x.z\nevent: caught-up\ndata: {\"view\":\"b\"}\n\n");
  }

  @Test
  void anIdIsSentOnce() {
    append(b, "id: " + stood + "\nevent: caught-up\ndata: {}\n\n");
    assertWritten("id: 2." + stood + "\nevent: caught-up\ndata: {\"view\":\"b\"}\n\n");
    append(b, "id: " + stood + "\nevent: change\ndata: {\"key\":\"k\"}\n\n");
    assertWritten("event: change\ndata: {\"view\":\"b\",\"key\":\"k\"}\n\n");
  }

  @Test
  void theHeartbeatsOfATurnAreOne() {
    append(b, ":\n");
    append(a, ":\n");
    assertWritten(":\n");
    append(a, "id: x\n\n");
    append(b, "id: y\n\n");
    assertWritten("id: 2.x.y\n\n");
    append(a, "id: x\n\n");
    append(b, "id: y\n\n");
    assertWritten(":\n");
    append(a, "id: u\n\n");
    append(b, "id: y\nevent: caught-up\ndata: {}\n\n");
    assertWritten("id: 2.u.y\nevent: caught-up\ndata: {\"view\":\"b\"}\n\n");
    append(a, "id: v\n\n");
    append(b, "id: z\nevent: change\ndata: {}\n\n");
    assertWritten("id: 2.v.y\n\nid: 2.v.z\nevent: change\ndata: {\"view\":\"b\"}\n\n");
  }
}
