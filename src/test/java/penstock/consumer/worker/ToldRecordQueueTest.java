package penstock.consumer.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import penstock.stream.Position;
import penstock.stream.Term;
import penstock.stream.log.LogNews;
import penstock.stream.log.LogPage;
import penstock.stream.log.RawRecord;

class ToldRecordQueueTest {

  private static final Term TERM = Term.parse("1:abcd:0-0");

  private final ToldRecordQueue told = new ToldRecordQueue();

  private static Position at(long number) {
    return new Position(number, 0);
  }

  private static LogNews news(long from, long to) {
    var records = new ArrayList<RawRecord>();
    for (long number = from; number <= to; number++) {
      records.add(RawRecord.of(at(number), List.of()));
    }
    return new LogNews(
        "life",
        TERM,
        Position.ZERO,
        at(from - 1),
        to,
        to,
        new LogPage(List.of(), records.size(), at(to), 0),
        records);
  }

  private List<Long> take(long after) {
    return told.take(at(after)).stream().map(one -> one.position().millis()).toList();
  }

  @Test
  void givesWhatFollows() {
    told.begin();
    told.add(news(5, 6));
    told.add(news(7, 7));
    assertThat(take(4)).containsExactly(5L, 6L, 7L);
    assertThat(take(7)).isEmpty();
    assertThat(told.hasMissed()).isFalse();
  }

  @Test
  void leavesOutWhatWasRead() {
    told.begin();
    told.add(news(5, 6));
    told.add(news(7, 7));
    assertThat(take(6)).containsExactly(7L);
    assertThat(told.hasMissed()).isFalse();
  }

  @Test
  void givesNothingBehindAGap() {
    told.begin();
    told.add(news(5, 5));
    told.add(news(7, 7));
    told.add(news(8, 8));
    assertThat(take(4)).containsExactly(5L);
    assertThat(told.hasMissed()).isTrue();
    assertThat(take(6)).as("it is read").isEmpty();
  }

  @Test
  void givesNothingOfWhichAPartWasRead() {
    told.begin();
    told.add(news(5, 7));
    assertThat(take(6)).isEmpty();
    assertThat(told.hasMissed()).isTrue();
  }

  @Test
  void keepsNothingUntilTheLogIsAsked() {
    told.add(news(5, 5));
    assertThat(take(4)).isEmpty();
    assertThat(told.hasMissed()).isTrue();
    told.begin();
    told.add(news(6, 6));
    told.miss();
    told.add(news(7, 7));
    assertThat(take(5)).isEmpty();
  }

  @Test
  void keepsNoMoreThanABatch() {
    told.begin();
    for (long number = 1; number <= ConsumerGroup.MAX_EVENTS; number++) {
      told.add(news(number, number));
    }
    assertThat(told.hasMissed()).isFalse();
    told.add(news(ConsumerGroup.MAX_EVENTS + 1L, ConsumerGroup.MAX_EVENTS + 1L));
    assertThat(told.hasMissed()).isTrue();
    assertThat(take(0)).isEmpty();
  }
}
