package penstock.feed.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import penstock.feed.ResumeRequest;
import penstock.feed.connection.CombinedCursor;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.stream.Cursor;
import penstock.stream.CursorScope;
import penstock.stream.PartitionPosition;
import penstock.stream.Position;
import penstock.stream.ResetReason;
import penstock.stream.StartPosition;

class CombinedStartTest {

  private static final StartPosition LATEST = new StartPosition.Latest();

  private static Cursor cursor(String kind, String name) {
    return new Cursor(
        CursorScope.of(kind, name, "", List.of("life")),
        List.of(new PartitionPosition(1, 0xaaaa, new Position(1_790_000_000_000L, 3))));
  }

  private static CombinedStart start(
      CombinedCursor last, CombinedCursor cursor, StartPosition start) {
    return new CombinedStart(last, false, cursor, start);
  }

  @Test
  void eachFeedGoesOnFromItsOwnCursorWhereverItStands() {
    Cursor orders = cursor("stream", "orders");
    Cursor view = cursor("view", "orders");
    CombinedCursor both = CombinedCursor.parse("2." + orders.encode() + "." + view.encode());
    for (CombinedStart start :
        List.of(start(both, null, null), start(null, both, null), start(both, null, LATEST))) {
      assertThat(start.of("stream", "orders", LATEST))
          .isEqualTo(new ResumeRequest(new StartPosition.At(orders), null));
      assertThat(start.of("view", "orders", LATEST))
          .isEqualTo(new ResumeRequest(new StartPosition.At(view), null));
    }
  }

  @Test
  void aFeedThatTheCursorDoesNotKnowBeginsAsTheRequestSays() {
    CombinedCursor orders = CombinedCursor.parse("2." + cursor("stream", "orders").encode());
    assertThat(start(orders, null, null).of("stream", "carts", LATEST).start()).isEqualTo(LATEST);
    assertThat(
            start(orders, null, new StartPosition.Earliest()).of("stream", "carts", LATEST).start())
        .isEqualTo(new StartPosition.Earliest());
    assertThat(
            start(CombinedCursor.parse("2"), orders, null).of("stream", "orders", LATEST).start())
        .isInstanceOf(StartPosition.At.class);
  }

  @Test
  void whatIsNoCursorIsAResetOfEach() {
    var foreign = new CombinedStart(null, true, null, LATEST);
    assertThat(foreign.of("stream", "orders", LATEST).refused()).isEqualTo(ResetReason.FOREIGN);
    assertThat(foreign.of("view", "orders", LATEST).refused()).isEqualTo(ResetReason.FOREIGN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "2.",
        "2..",
        "2.x",
        "1.AZ4hLd-L_gGDCZ6Lpom_aAA",
        "AZ4hLd-L_gGDCZ6Lpom_aAA",
        "2.AZ4hLd-L_gGDCZ6Lpom_aAA.",
        ".",
        "earliest"
      })
  void refusesWhatItDidNotGiveOut(String text) {
    assertThatThrownBy(() -> CombinedCursor.parse(text))
        .isInstanceOfSatisfying(
            ProblemException.class,
            refused -> assertThat(refused.problem().type()).isEqualTo(ProblemType.INVALID_CURSOR));
  }
}
