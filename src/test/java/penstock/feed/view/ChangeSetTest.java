package penstock.feed.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import penstock.stream.LogState;
import penstock.stream.Position;
import penstock.stream.Term;
import penstock.view.read.ChangelogReader.ChangelogEntry;
import penstock.view.read.ChangelogReader.ChangelogPage;

class ChangeSetTest {

  private static Position at(long number) {
    return new Position(number, 0);
  }

  private static ChangelogEntry change(long number, String... keys) {
    return new ChangelogEntry(at(number), List.of(keys));
  }

  private static ChangelogPage page(ChangelogEntry... changes) {
    var state =
        new LogState("life", List.of(Term.parse("1:abcd:0-0")), Position.ZERO, at(100), 0, 0);
    return new ChangelogPage(state, Arrays.asList(changes));
  }

  private static ChangeSet found(int most, ChangelogPage... parts) {
    return ChangeSet.of(Collections.nCopies(parts.length, at(0)), most, List.of(parts));
  }

  @Test
  void isTakenInPartsOfWholeChanges() {
    ChangeSet found = found(16, page(change(1, "a", "b"), change(2, "c", "d"), change(3, "e")));
    ChangeSet first = found.first(3, null);
    assertThat(first.keys()).containsExactly("a", "b");
    assertThat(first.end()).containsExactly(at(1));
    assertThat(first.more()).isTrue();
    ChangeSet rest = found.behind(first.end());
    assertThat(rest.keys()).containsExactly("c", "d", "e");
    assertThat(rest.first(3, null)).isEqualTo(rest);
    assertThat(rest.more()).isFalse();
  }

  @Test
  void hasAtLeastOneChange() {
    ChangeSet first = found(16, page(change(1, "a", "b", "c"), change(2, "d"))).first(1, null);
    assertThat(first.keys()).containsExactly("a", "b", "c");
    assertThat(first.end()).containsExactly(at(1));
  }

  @Test
  void countsAKeyOnce() {
    ChangeSet found = found(16, page(change(1, "a"), change(2, "a"), change(3, "a", "b")));
    assertThat(found.first(2, null)).isEqualTo(found);
  }

  @Test
  void countsOnlyWhatIsWanted() {
    ChangeSet found =
        found(16, page(change(1, "a", "b"), change(2, "c"), change(3, "a"), change(4, "c", "d")));
    assertThat(found.first(1, Set.of("d"))).isEqualTo(found);
    assertThat(found.first(1, Set.of("a", "d")).end()).containsExactly(at(3));
    assertThat(found.first(1, Set.of())).isEqualTo(found);
  }

  @Test
  void takesFromThePartitionsInTurn() {
    ChangeSet found =
        found(
            16,
            page(change(1, "a"), change(2, "b"), change(3, "c")),
            page(change(7, "d"), change(8, "e")));
    ChangeSet first = found.first(3, null);
    assertThat(first.end()).containsExactly(at(2), at(7));
    assertThat(first.keys()).containsExactly("a", "b", "d");
    assertThat(found.behind(first.end()).end()).containsExactly(at(3), at(8));
  }

  @Test
  void nothingTakenOfAPartitionLeavesItWhereItWas() {
    ChangeSet first = found(16, page(change(1, "a")), page(change(7, "b"))).first(1, null);
    assertThat(first.end()).containsExactly(at(1), at(0));
    assertThat(first.reaches(List.of(at(1), at(0)))).isTrue();
    assertThat(first.reaches(List.of(at(1), at(7)))).isFalse();
  }

  @Test
  void moreAreAskedForWhileAllAreTaken() {
    ChangeSet found = found(4, page(change(1, "a"), change(2, "b"), change(3, "c")));
    assertThat(found.first(3, null).askNext()).isEqualTo(8);
    assertThat(found.first(1, null).askNext()).isEqualTo(2);
  }
}
