package penstock.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PositionTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0-0",
        "1526919030474-55",
        "9223372036854775807-9223372036854775807",
        "9223372036854775808-0",
        "18446744073709551615-18446744073709551615"
      })
  void readsAndWritesWhatRedisDoes(String id) {
    assertThat(Position.parse(id)).hasToString(id);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "-1-0", "1--1", "18446744073709551616-0", "0-x", "-"})
  void refusesWhatIsNone(String text) {
    assertThatThrownBy(() -> Position.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void comparesWithoutASign() {
    List<Position> inOrder =
        List.of(
            Position.ZERO,
            Position.parse("0-18446744073709551615"),
            Position.parse("1-0"),
            Position.parse("9223372036854775807-0"),
            Position.parse("9223372036854775808-0"),
            Position.parse("18446744073709551615-0"),
            Position.MAX);
    assertThat(inOrder.reversed().stream().sorted()).isEqualTo(inOrder);
  }

  @ParameterizedTest
  @CsvSource({
    "0-0, 0-1",
    "5-9223372036854775807, 5-9223372036854775808",
    "5-18446744073709551615, 6-0",
    "9223372036854775807-18446744073709551615, 9223372036854775808-0",
  })
  void isFollowedByTheNext(String position, String next) {
    assertThat(Position.parse(position).next()).contains(Position.parse(next));
  }

  @Test
  void nothingFollowsTheGreatest() {
    assertThat(Position.MAX.next()).isEqualTo(Optional.empty());
  }
}
