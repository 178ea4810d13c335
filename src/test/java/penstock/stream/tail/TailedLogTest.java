package penstock.stream.tail;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.stream.LogEntry;
import penstock.stream.LogState;
import penstock.stream.Partition;
import penstock.stream.Position;
import penstock.stream.StreamName;
import penstock.stream.Term;
import penstock.stream.log.LogNews;
import penstock.stream.log.LogPage;
import penstock.stream.log.LogWriter;

/** What is told of a log: an event is named by its position. */
class TailedLogTest {

  private static final Term TERM = new Term(1, 7, Position.ZERO, Position.ZERO);

  private final RecordingListener notes = new RecordingListener();
  private TailedLog log;

  @BeforeEach
  void follow() {
    log =
        new TailedLog(
            new TailSource.Log(new Partition(new StreamName("s"), 0), "log", "told"), state(10));
    log.join(notes);
  }

  private static Position at(long millis) {
    return new Position(millis, 0);
  }

  private static LogState state(long last) {
    return new LogState("life", List.of(TERM), Position.ZERO, at(last), last, last);
  }

  private static LogPage page(long from, long to) {
    List<LogEntry> entries =
        LongStream.rangeClosed(from, to)
            .mapToObj(i -> new LogEntry(at(i), LogWriter.event(Long.toString(i), null)))
            .toList();
    return new LogPage(entries, entries.size(), at(to), 100);
  }

  private static LogNews news(long from, long to) {
    return news("life", TERM, Position.ZERO, from, to);
  }

  private static LogNews news(String life, Term term, Position trimmed, long from, long to) {
    return new LogNews(life, term, trimmed, at(from - 1), to, to, page(from, to), List.of());
  }

  @Test
  void deliversWhatFollows() {
    assertThat(log.told(news(11, 12))).isTrue();
    assertThat(log.told(news(13, 13))).isTrue();
    assertThat(notes.ids).containsExactly("11", "12", "13");
    assertThat(notes.calls.getLast()).isEqualTo(state(13));
  }

  @Test
  void readsWhatDoesNotFollow() {
    assertThat(log.told(news(12, 12))).isFalse();
    assertThat(log.told(news(10, 10))).isFalse();
    assertThat(log.told(news("other", TERM, Position.ZERO, 11, 11))).isFalse();
    var next = new Term(2, 8, at(10), Position.ZERO);
    assertThat(log.told(news("life", next, Position.ZERO, 11, 11))).isFalse();
    assertThat(log.told(news("life", TERM, at(11), 11, 11))).isFalse();
    assertThat(notes.ids).isEmpty();
  }

  @Test
  void looksForWhatIsAnnouncedUnlessItWasTold() {
    assertThat(log.announced(at(11))).isTrue();
    log.told(news(11, 11));
    assertThat(log.announced(at(11))).isFalse();
    assertThat(log.announced(at(12))).isTrue();
  }

  /** Neither answer knows of it: it would be delivered twice, or be lost from the log. */
  @Test
  void keepsWhatIsToldInATurnForBehindIt() {
    log.beginTurn();
    assertThat(log.told(news(11, 11))).isTrue();
    assertThat(log.told(news(12, 13))).isTrue();
    assertThat(log.told(news(14, 14))).isTrue();
    assertThat(notes.ids).isEmpty();
    assertThat(log.check(state(13))).isTrue();
    log.deliver(page(11, 11));
    assertThat(log.endTurn()).isTrue();
    assertThat(notes.ids).containsExactly("11", "12", "13", "14");
    assertThat(notes.calls.getLast()).isEqualTo(state(14));
    assertThat(notes.moves).isEmpty();
  }

  @Test
  void readsOnBehindATurnWhatWasKeptAndDoesNotFollow() {
    log.beginTurn();
    log.told(news(12, 12));
    assertThat(log.endTurn()).isFalse();
    assertThat(notes.ids).isEmpty();
  }

  @Test
  void keepsABoundedNumber() {
    log.beginTurn();
    for (int i = 11; i < 411; i++) {
      assertThat(log.told(news(i, i))).isTrue();
    }
    assertThat(log.endTurn()).isFalse();
    assertThat(notes.ids).isEmpty();
  }

  @Test
  void readsWhatIsToldOfALogThatCouldNotBeRead() {
    log.failed(new IllegalStateException("as a test"));
    assertThat(log.told(news(11, 11))).isFalse();
  }

  /** An answer and a message come by different ways; messages alone come in order. */
  @Test
  void reliesOnMessagesForAWhileAfterSomethingDidNotFollow() {
    assertThat(log.takesAnswers()).isTrue();
    log.told(news(11, 11));
    assertThat(log.takesAnswers()).isTrue();
    log.told(news(13, 13));
    assertThat(log.takesAnswers()).isFalse();
  }

  /** The one who listened to the log may be another. */
  @Test
  void takesNoAnswerWhenNobodyFollowsAnyMore() {
    assertThat(log.answered(news(11, 11))).isTrue();
    log.leave(notes);
    assertThat(log.answered(news(12, 12))).isFalse();
  }

  /** Appends are answered one after the other, but each on the event loop that sent it. */
  @Test
  void deliversEachOnceAndInOrderOnWhicheverThreadItIsToldWhileItIsRead() throws Exception {
    var last = new AtomicLong(10);
    int end = 20_010;
    try (ExecutorService loops = Executors.newFixedThreadPool(2)) {
      List<Future<?>> told = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        told.add(
            loops.submit(
                () -> {
                  while (last.get() < end) {
                    append(last);
                  }
                }));
      }
      while (last.get() < end) {
        read(last);
      }
      for (Future<?> each : told) {
        each.get();
      }
    }
    read(last);
    assertThat(notes.ids)
        .isEqualTo(LongStream.rangeClosed(11, last.get()).mapToObj(Long::toString).toList());
    assertThat(notes.moves).isEmpty();
  }

  private void append(AtomicLong last) {
    synchronized (last) {
      long next = last.incrementAndGet();
      log.answered(news(next, next));
    }
  }

  private void read(AtomicLong last) {
    log.beginTurn();
    long from = Position.parse(new String(log.positionArgument(), US_ASCII)).millis();
    long to = last.get();
    if (log.check(state(to))) {
      log.deliver(page(from + 1, to));
    }
    log.endTurn();
  }
}
