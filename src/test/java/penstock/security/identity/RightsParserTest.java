package penstock.security.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import penstock.http.Namespace;

class RightsParserTest {

  private static Rights rights(String json, Map<String, Object> claims) {
    return Rights.of(
        RightsParser.parse(Claims.parse(json.getBytes(StandardCharsets.UTF_8)).members())
            .resolve(Claims.of(claims))
            .toList(),
        Namespace.NONE);
  }

  @Test
  void aPatternOfWhoHasNoTenantReachesTenantsOnlyIfItSaysSo() {
    Rights some = rights("{\"read\":[\"shop*\",\"acme~o*\",\"b~x\"],\"view\":[\"*\"]}", Map.of());
    assertThat(some.has(Right.READ, "shop.eu")).isTrue();
    assertThat(some.has(Right.READ, "shop~orders")).isFalse();
    assertThat(some.has(Right.READ, "shop-eu~orders")).isFalse();
    assertThat(some.has(Right.READ, "acme~orders")).isTrue();
    assertThat(some.has(Right.READ, "acme~x")).isFalse();
    assertThat(some.has(Right.READ, "b~x")).isTrue();
    assertThat(some.has(Right.VIEW, "acme~status")).isTrue();
  }

  @Test
  void ofATenantAllRightsAreToItsOwnNames() {
    Rights all =
        Rights.of(
            RightsParser.parse(Map.of("read", List.of("*"), "admin", List.of("*", "b~x")))
                .resolve(Claims.of(Map.of()))
                .toList(),
            Namespace.of("acme"));
    assertThat(all.has(Right.READ, "acme~orders")).isTrue();
    for (String name : List.of("orders", "acme", "acme2~orders", "b~x", "~", "", "acme.orders")) {
      assertThat(all.has(Right.READ, name)).as(name).isFalse();
      assertThat(all.has(Right.ADMIN, name)).as(name).isFalse();
    }
    assertThat(all.hasAll(Right.ADMIN)).isFalse();
  }

  @Test
  void namesAndPatterns() {
    Rights rights = rights("{\"read\":[\"orders\",\"shop-*\"]}", Map.of());
    assertThat(rights.hasWhole(Right.READ, "orders")).isTrue();
    assertThat(rights.hasWhole(Right.READ, "shop-eu")).isTrue();
    assertThat(rights.has(Right.READ, "orders2")).isFalse();
    assertThat(rights.has(Right.READ, "shop")).isFalse();
    assertThat(rights.has(Right.PUBLISH, "orders")).isFalse();
  }

  @Test
  void conditionsAreUnitedAndClaimsPutIn() {
    Rights rights =
        rights(
            """
            {"read":[{"stream":"agents","subject":"${sub}/*"},{"stream":"agents","subject":["all","${team}"]},
            {"stream":"agents","subject":"${absent}/*"}]}
            """,
            Map.of("sub", "ann", "team", 7));
    AllowedValues subjects = rights.values(Right.READ, "agents", "subject");
    assertThat(subjects.admits("ann/1")).isTrue();
    assertThat(subjects.admits("ann")).isFalse();
    assertThat(subjects.admits("all")).isTrue();
    assertThat(subjects.admits("7")).isTrue();
    assertThat(subjects.admits("/1")).isFalse();
    assertThat(subjects.admits(null)).isFalse();
    assertThat(rights.hasWhole(Right.READ, "agents")).isFalse();
  }

  /** A pair of conditions holds as a pair. */
  @Test
  void sourceAndSubjectGoTogether() {
    Rights rights =
        rights(
            """
            {"publish":[{"stream":"s","source":"/a","subject":"1"},{"stream":"s","source":"/b","subject":"2"}]}
            """,
            Map.of());
    assertThat(rights.has(Right.PUBLISH, "s", Map.of("source", "/a", "subject", "1")::get))
        .isTrue();
    assertThat(rights.has(Right.PUBLISH, "s", Map.of("source", "/a", "subject", "2")::get))
        .isFalse();
  }

  @Test
  void aClaimThatCouldEndElsewhereGrantsNothing() {
    String json = "{\"read\":[{\"stream\":\"a\",\"subject\":\"${sub}/*\"}]}";
    assertThat(rights(json, Map.of("sub", "ann/lee")).has(Right.READ, "a")).isFalse();
    assertThat(rights(json, Map.of("sub", "")).has(Right.READ, "a")).isFalse();
    assertThat(rights(json, Map.of("sub", java.util.List.of("ann"))).has(Right.READ, "a"))
        .isFalse();
    Rights star = rights(json, Map.of("sub", "*"));
    assertThat(star.values(Right.READ, "a", "subject").admits("ann/1")).isFalse();
    assertThat(star.values(Right.READ, "a", "subject").admits("*/1")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"root\":[\"*\"]}",
        "{\"read\":\"*\"}",
        "{\"read\":[1]}",
        "{\"read\":[\"\"]}",
        "{\"read\":[null]}",
        "{\"read\":[{\"subject\":\"a\"}]}",
        "{\"read\":[{\"stream\":\"a\",\"subjects\":\"b\"}]}",
        "{\"read\":[{\"stream\":\"a\",\"subject\":[]}]}",
        "{\"read\":[{\"stream\":\"a\",\"subject\":null}]}",
        "{\"read\":[{\"stream\":[\"a\"]}]}",
        "{\"read\":[\"*a\"]}",
        "{\"read\":[\"a**\"]}",
        "{\"read\":[\"${sub}*\"]}",
        "{\"read\":[\"${a}${b}\"]}",
        "{\"read\":[\"${}\"]}",
        "{\"read\":[\"${sub\"]}",
        "{\"view\":[{\"view\":\"v\",\"key\":\"a*\"}]}",
        "[]",
      })
  void whatItDoesNotKnowIsRefused(String json) {
    assertThatThrownBy(() -> rights(json, Map.of("sub", "x")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void isBounded() {
    String many = "\"a\",".repeat(100) + "\"a\"";
    assertThatThrownBy(() -> rights("{\"read\":[" + many + "]}", Map.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> rights("{\"read\":[\"" + "a".repeat(257) + "\"]}", Map.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
