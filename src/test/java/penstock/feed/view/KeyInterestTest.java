package penstock.feed.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import penstock.feed.frame.FrameBatch;
import penstock.feed.frame.HistoryQuota;
import penstock.feed.room.BufferPosition;
import penstock.feed.room.RoomWait;
import penstock.feed.room.WaitingRooms;
import penstock.stream.LogState;
import penstock.stream.Position;
import penstock.stream.StreamName;
import penstock.stream.Term;
import penstock.view.Generation;
import penstock.view.ViewName;

/** Readers of certain keys, and the changes that they are written where they wait. */
class KeyInterestTest {

  private final ChangeBuffer buffer =
      new ChangeBuffer(
          new ViewName("carts"),
          new Generation("g", new StreamName("carts"), 1, "count"),
          List.of(
              new LogState(
                  "life", List.of(Term.parse("1:aaaa:0-0")), Position.ZERO, Position.ZERO, 0, 1)),
          1_000,
          1 << 20,
          new HistoryQuota(1 << 20));

  private final List<String> writers = new ArrayList<>();

  private final WaitingRooms<String, ChangeBuffer, ChangeBatch> rooms =
      new WaitingRooms<>(reader -> fail(reader + " leaves"));

  private RoomWait<String, ChangeBuffer, ChangeBatch> enter(String reader, String... keys) {
    return rooms.enter(
        reader,
        new KeyInterest(Set.of(keys)),
        new BufferPosition<>(buffer, buffer.head(), buffer.end()));
  }

  private void change(long position, String... keys) {
    Map<String, Buffer> values = new LinkedHashMap<>();
    for (String key : keys) {
      values.put(key, Buffer.buffer("{\"key\":\"" + key + "\",\"value\":" + position + "}"));
    }
    buffer.add(new ChangeBatch(buffer.cursor(List.of(new Position(position, 0))), values));
  }

  @Test
  void whatChangedWithSeveralOfTheKeysIsWrittenOnce() {
    RoomWait<String, ChangeBuffer, ChangeBatch> both = enter("both", "a", "b");
    RoomWait<String, ChangeBuffer, ChangeBatch> one = enter("one", "a");
    RoomWait<String, ChangeBuffer, ChangeBatch> none = enter("none", "z");
    change(1, "a", "b", "c");
    change(2, "c");
    change(3, "b");
    rooms.beginTurn(writers::add);
    assertThat(writers).containsExactlyInAnyOrder("both", "one");
    FrameBatch news = rooms.take(both);
    assertThat(news.events()).isEqualTo(3);
    assertThat(news.frames().toString())
        .containsSubsequence("\"value\":1}", "\"value\":1}", "id: ", "\"value\":3}")
        .doesNotContain("\"c\"");
    assertThat(rooms.take(one).events()).isEqualTo(1);
    rooms.endTurn();
    assertThat(List.of(both, one, none))
        .allMatch(
            wait ->
                rooms
                    .place(wait)
                    .equals(new BufferPosition<>(buffer, buffer.head(), buffer.end())));
  }

  /** What is counted is who has to do anything at all, in the place of time. */
  @Test
  void aChangeConcernsOnlyTheReadersOfItsKeyHoweverManyWait() {
    var waits = new ArrayList<RoomWait<String, ChangeBuffer, ChangeBatch>>();
    for (int i = 0; i < 10_000; i++) {
      waits.add(enter("r" + i, "k" + i));
    }
    for (int change = 1; change <= 2_000; change++) {
      change(change, "k" + change);
      writers.clear();
      rooms.beginTurn(writers::add);
      assertThat(writers).containsExactly("r" + change);
      assertThat(rooms.take(waits.get(change)).events()).isEqualTo(1);
      rooms.endTurn();
    }
  }
}
