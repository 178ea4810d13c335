package penstock.feed.replay;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PageSizeTest {

  private final PageSize size = new PageSize(1_000, 40);

  @Test
  void growsByTwiceAtMostUpToItsBound() {
    size.adapt(16, 16, 16);
    assertThat(size.entries()).isEqualTo(32);
    size.adapt(32, 32, 32);
    assertThat(size.entries()).isEqualTo(40);
  }

  @Test
  void shrinksAtOnceToWhatMakesUpTheSize() {
    size.adapt(16, 10, 5_000);
    assertThat(size.entries()).isEqualTo(2);
    size.adapt(2, 2, 100_000);
    assertThat(size.entries()).isEqualTo(1);
  }

  @Test
  void nothingFoundChangesNothing() {
    size.adapt(16, 0, 0);
    assertThat(size.entries()).isEqualTo(16);
  }

  @Test
  void beginsNoLargerThanItMayBe() {
    assertThat(new PageSize(1_000, 4).entries()).isEqualTo(4);
  }
}
