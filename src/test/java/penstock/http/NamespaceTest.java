package penstock.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import penstock.problem.Problem;
import penstock.problem.ProblemType;
import penstock.problem.Violation;

class NamespaceTest {

  private static final Namespace ACME = Namespace.of("acme");

  @Test
  void namesAreWholeWithinAndShortOutside() {
    assertThat(ACME.whole("orders")).isEqualTo("acme~orders");
    assertThat(ACME.shown("acme~orders")).isEqualTo("orders");
    assertThat(ACME.shown("orders")).isEqualTo("orders");
    assertThat(ACME.has("acme~orders")).isTrue();
    assertThat(ACME.has("acme2~orders")).isFalse();
    assertThat(ACME.has("orders")).isFalse();
    assertThat(Namespace.ofName("acme~orders")).isEqualTo(ACME);
    assertThat(Namespace.ofName("orders")).isEqualTo(Namespace.NONE);
  }

  @Test
  void whoHasNoTenantSeesWholeNames() {
    assertThat(Namespace.NONE.whole("acme~orders")).isEqualTo("acme~orders");
    assertThat(Namespace.NONE.shown("acme~orders")).isEqualTo("acme~orders");
    assertThat(Namespace.NONE.has("acme~orders")).isTrue();
  }

  /** Whatever two tenants say, they do not mean the same. */
  @Test
  void noTenantCanMeanWhatAnotherMeans() {
    List<String> tenants = List.of("a", "a.b", "a-b", "ab", "b");
    List<String> said = List.of("x", "b.x", "~x", "b~x", ".b~x", "a~b~x", "");
    List<String> whole =
        tenants.stream().flatMap(tenant -> said.stream().map(Namespace.of(tenant)::whole)).toList();
    assertThat(whole).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "~",
        "a~",
        "a~b",
        "Äcme",
        "acme ",
        " acme",
        "a/b",
        "a%2Fb",
        "..",
        ".",
        ".a",
        "-a",
        "ä",
        "a\n",
        "a\u0000",
        "a:b",
        "a*",
        "${sub}",
        "a2345678901234567890123456789012345678901234567890123456789012345"
      })
  void whatIsNoTenantIsRefused(String tenant) {
    assertThatThrownBy(() -> Namespace.of(tenant)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void problemsAreToldInTheCallersNames() {
    Problem whole =
        Problem.invalid(
                ProblemType.UNKNOWN_STREAM,
                "There is no stream 'acme~orders'. Set penstock.streams.acme~orders.partitions.",
                List.of(new Violation(1, "stream", "not acme~orders")))
            .with("missing", "read on acme~orders")
            .with("number", 1);
    Problem told = ACME.hide(whole);
    assertThat(told.detail())
        .isEqualTo("There is no stream 'orders'. Set penstock.streams.orders.partitions.");
    assertThat(told.errors()).containsExactly(new Violation(1, "stream", "not orders"));
    assertThat(told.extensions())
        .containsEntry("missing", "read on orders")
        .containsEntry("number", 1);
    assertThat(Namespace.NONE.hide(whole)).isSameAs(whole);
  }
}
