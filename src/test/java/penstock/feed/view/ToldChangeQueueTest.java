package penstock.feed.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import penstock.feed.frame.HistoryQuota;
import penstock.stream.LogState;
import penstock.stream.Position;
import penstock.stream.Term;
import penstock.view.Generation;
import penstock.view.ViewName;
import penstock.view.fold.Entry;
import penstock.view.read.ChangeNews;

class ToldChangeQueueTest {

  private static final Term TERM = Term.parse("1:abcd:0-0");

  private final ToldChangeQueue told = new ToldChangeQueue();
  private final ChangeBuffer buffer =
      new ChangeBuffer(
          new ViewName("v"),
          Generation.parse("g-0", "s 1 count"),
          List.of(state(10)),
          100,
          10_000,
          new HistoryQuota(10_000));

  private static Position at(long number) {
    return new Position(number, 0);
  }

  private static LogState state(long last) {
    return new LogState("life", List.of(TERM), Position.ZERO, at(last), 0, 0);
  }

  private static ChangeNews news(String life, Term term, long before, long last, String key) {
    var entries = new LinkedHashMap<String, @Nullable Entry>();
    entries.put(key, Entry.of(Map.of("count", Long.toString(last).getBytes())));
    return new ChangeNews(at(last), life, term, Position.ZERO, at(before), entries);
  }

  private static ChangeNews news(long before, long last, String key) {
    return news("life", TERM, before, last, key);
  }

  private void takes(String frames, long end) {
    ChangeBatch batch = told.take(buffer);
    assertThat(batch).isNotNull();
    buffer.add(batch);
    assertThat(batch.frames(null, 1).frames().toString()).contains(frames);
    assertThat(buffer.end().positions()).containsExactly(at(end));
    assertThat(told.hasMissed()).isFalse();
  }

  private void isRead() {
    assertThat(told.take(buffer)).isNull();
    assertThat(told.hasMissed()).isTrue();
    assertThat(told.hasMissed()).as("once").isFalse();
  }

  @Test
  void givesWhatFollowsTheLastOfAKey() {
    told.add(0, news(10, 11, "a"));
    told.add(0, news(11, 12, "a"));
    takes("{\"key\":\"a\",\"value\":12}", 12);
  }

  @Test
  void leavesOutWhatWasRead() {
    told.add(0, news(9, 10, "a"));
    assertThat(told.take(buffer)).isNull();
    assertThat(told.hasMissed()).isFalse();
  }

  @Test
  void hasReadWhatDoesNotFollow() {
    told.add(0, news(11, 12, "a"));
    isRead();
  }

  @Test
  void hasReadWhatIsOfAnotherLifeOrTerm() {
    told.add(0, news("other", TERM, 10, 11, "a"));
    isRead();
    told.add(0, news("life", Term.parse("2:abcd:0-0"), 10, 11, "a"));
    isRead();
  }

  @Test
  void hasReadWhatAReadMayHaveShownNewer() {
    buffer.saw(List.of(state(11)));
    told.add(0, news(10, 11, "a"));
    isRead();
    told.add(0, news(10, 12, "a"));
    takes("{\"key\":\"a\",\"value\":12}", 12);
  }

  @Test
  void keepsSoMuchAndNoMore() {
    for (int i = 0; i < 1_000; i++) {
      told.add(0, news(10 + i, 11 + i, "a"));
    }
    isRead();
  }
}
