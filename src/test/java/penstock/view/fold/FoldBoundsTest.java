package penstock.view.fold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import penstock.event.Event;
import penstock.event.EventData;
import penstock.stream.Position;

/** What folds do at their edges. */
class FoldBoundsTest {

  /** 2026-03-01T12:00:00Z */
  private static final Position NOON = new Position(1_772_366_400_000L, 0);

  private static Event event(@Nullable String time, EventData data) {
    return new Event("1", "/s", "t", "k", time, null, null, new TreeMap<>(), data);
  }

  private static Event event(String json) {
    return event(null, new EventData.Json(json.getBytes(StandardCharsets.UTF_8)));
  }

  private static Fold fold(String spec) {
    return Folds.of(FoldSpec.parse(spec), 1);
  }

  private static String value(Fold fold, Entry entry) {
    Buffer out = Buffer.buffer();
    fold.value(entry, out);
    return out.toString();
  }

  @Test
  void numbersAreAddedInDecimalAndShownWithoutExponents() throws Exception {
    Fold sum = fold("sum value=%2Fn");
    Entry entry = null;
    for (String number : new String[] {"0.1", "0.2", "1e3", "1.10"}) {
      entry = sum.apply(entry, event("{\"n\":" + number + "}"), NOON);
    }
    assertThat(value(sum, entry)).isEqualTo("1001.40");
    Entry tiny = sum.apply(null, event("{\"n\":1E-10}"), NOON);
    assertThat(value(sum, tiny)).isEqualTo("0.0000000001");
  }

  @Test
  void anAverageThatDoesNotEndIsRoundedTo34Digits() throws Exception {
    Fold average = fold("average value=%2Fn");
    Entry entry = null;
    for (String number : new String[] {"1", "1", "0"}) {
      entry = average.apply(entry, event("{\"n\":" + number + "}"), NOON);
    }
    assertThat(value(average, entry))
        .isEqualTo("{\"average\":0.6666666666666666666666666666666667,\"sum\":2,\"count\":3}");
  }

  @Test
  void otherDataHasNoNumber() {
    Fold sum = fold("sum value=%2Fn");
    for (EventData data : new EventData[] {EventData.NONE, new EventData.Text("{\"n\":1}")}) {
      assertThatThrownBy(() -> sum.apply(null, event(null, data), NOON))
          .isInstanceOf(SkippedEventException.class);
    }
  }

  @Test
  void recentKeepsAsManyEventsAsAnEntryHolds() throws Exception {
    Fold recent = fold("recent size=100");
    Entry entry = null;
    String large = "x".repeat(60_000);
    for (int i = 0; i < 10; i++) {
      entry = recent.apply(entry, event("{\"n\":" + i + ",\"x\":\"" + large + "\"}"), NOON);
      assertThat(entry.bytes()).isLessThanOrEqualTo(Entry.MAX_BYTES);
    }
    assertThat(value(recent, entry).split("\"n\":")).hasSize(5);
    assertThat(value(recent, entry)).contains("\"n\":9", "\"n\":6").doesNotContain("\"n\":5");
    Entry full = entry;
    String tooLarge = "x".repeat(Entry.MAX_BYTES);
    assertThatThrownBy(() -> recent.apply(full, event("\"" + tooLarge + "\""), NOON))
        .isInstanceOf(FoldException.class);
  }

  @Test
  void onSeveralPartitionsTheLastScoreIsOnlyKnownOfTheEventsKey() {
    Fold last = Folds.of(FoldSpec.parse("rank member=%2Fm value=%2Fn"), 2);
    assertThatThrownBy(() -> last.apply(null, event("{\"m\":\"other\",\"n\":1}"), NOON))
        .isInstanceOf(FoldException.class)
        .hasMessageContaining("event's key");
  }

  @ParameterizedTest
  @CsvSource({
    "2026-03-01T12:00:00Z,           2026-03-01T12:00:00Z",
    "2026-03-01t12:00:59.999999999999z, 2026-03-01T12:00:00Z",
    "2026-03-01T11:59:60Z,           2026-03-01T11:59:00Z",
    "2026-03-01T12:01:00-00:00,      2026-03-01T12:01:00Z",
    "2026-03-02T11:59:30+23:59,      2026-03-01T12:00:00Z",
    "2026-02-28T12:01:00-23:59,      2026-03-01T12:00:00Z",
    "1969-12-31T23:59:59Z,           1969-12-31T23:59:00Z",
    "0000-01-01T00:00:30Z,           0000-01-01T00:00:00Z",
  })
  void aBucketIsThatOfTheEventsTime(String time, String start) throws Exception {
    Fold window = fold("window");
    Entry entry = window.apply(null, event(time, EventData.NONE), NOON);
    assertThat(value(window, entry)).isEqualTo("[{\"start\":\"" + start + "\",\"value\":1}]");
  }

  @Test
  void anEventWithoutTimeCountsWhenItWasAppended() throws Exception {
    Fold window = fold("window bucket=PT1H");
    Entry entry = window.apply(null, event(null, EventData.NONE), NOON);
    assertThat(value(window, entry))
        .isEqualTo("[{\"start\":\"2026-03-01T12:00:00Z\",\"value\":1}]");
  }

  @Test
  void whatIsLateCountsUnlessItsBucketHasGone() throws Exception {
    Fold window = fold("window buckets=2");
    Entry entry = window.apply(null, event("2026-03-01T12:00:00Z", EventData.NONE), NOON);
    entry = window.apply(entry, event("2026-03-01T11:59:01Z", EventData.NONE), NOON);
    Entry full = entry;
    assertThatThrownBy(
            () -> window.apply(full, event("2026-03-01T11:58:59Z", EventData.NONE), NOON))
        .isInstanceOf(SkippedEventException.class);
    entry = window.apply(entry, event("2026-03-01T12:01:00Z", EventData.NONE), NOON);
    assertThat(value(window, entry)).doesNotContain("11:59").contains("12:00", "12:01");
  }

  @Test
  void aTimeFarAheadOfTheLogDoesNotEndTheBucketsThereAre() throws Exception {
    Fold window = fold("window");
    window.apply(null, event("2026-03-01T12:05:00Z", EventData.NONE), NOON);
    assertThatThrownBy(
            () -> window.apply(null, event("2026-03-01T12:05:01Z", EventData.NONE), NOON))
        .isInstanceOf(FoldException.class);
  }

  /** What is folded before it has a position must not depend on it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "merge",
        "count",
        "sum value=%2Fn",
        "min value=%2Fn",
        "max value=%2Fn",
        "average value=%2Fn",
        "recent",
        "rank member=%2Fm value=%2Fn",
        "distinct value=%2Fm",
        "window"
      })
  void isTheSameWhereverTheEventIsUnlessItSaysSo(String spec) throws Exception {
    Fold fold = fold(spec);
    Event event = event("{\"n\":1,\"m\":\"a\"}");
    Entry here = fold.apply(fold.apply(null, event, NOON), event, NOON);
    Entry nowhere = fold.apply(fold.apply(null, event, Position.ZERO), event, Position.ZERO);
    boolean same = here.names().equals(nowhere.names());
    for (String name : here.names()) {
      same = same && Arrays.equals(here.get(name), nowhere.get(name));
    }
    assertThat(same).isEqualTo(!Folds.isOfPosition(fold));
  }
}
