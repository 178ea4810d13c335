package penstock.security.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import penstock.http.Namespace;
import penstock.security.identity.Caller;
import penstock.security.identity.Claims;
import penstock.security.identity.Rights;

class RevocationListTest {

  private static final long MINUTE = 60_000;

  private final RevocationList list = new RevocationList();

  private static Caller caller(
      String subject, @Nullable String token, @Nullable Long issued, @Nullable String session) {
    return new Caller(
        Caller.Type.TOKEN,
        subject,
        Namespace.NONE,
        Claims.of(Map.of()),
        Rights.NONE,
        token,
        issued == null ? null : Instant.ofEpochSecond(issued),
        Instant.MAX,
        session);
  }

  @Test
  void aTokenByItsId() {
    list.addToken("t1", 10);
    assertThat(list.covers(caller("ann", "t1", 5L, null))).isTrue();
    assertThat(list.covers(caller("ann", "t2", 5L, null))).isFalse();
    assertThat(list.covers(caller("t1", null, 5L, null))).isFalse();
  }

  @Test
  void tokensOfASubjectThatWereMadeByThen() {
    list.addSubject("ann", 100, 10);
    assertThat(list.covers(caller("ann", "t", 99L, null))).isTrue();
    assertThat(list.covers(caller("ann", "t", 100L, null))).isTrue();
    assertThat(list.covers(caller("ann", "t", 101L, null))).isFalse();
    assertThat(list.covers(caller("ann", "t", null, null))).isTrue();
    assertThat(list.covers(caller("bob", "t", 99L, null))).isFalse();
  }

  /** Whatever the order in which they are read. */
  @Test
  void theLaterTimeOfASubjectCounts() {
    list.addSubject("ann", 200, 10);
    list.addSubject("ann", 100, 20);
    assertThat(list.covers(caller("ann", "t", 150L, null))).isTrue();
  }

  @Test
  void aSessionByItsDigest() {
    list.addSession("d", 10);
    assertThat(list.covers(caller("ann", null, 5L, "d"))).isTrue();
    assertThat(list.covers(caller("ann", null, 5L, "e"))).isFalse();
    assertThat(list.covers(caller("ann", "d", 5L, null))).isFalse();
  }

  @Test
  void areForgottenSomeTimeAfterTheirEnd() {
    list.addToken("t", MINUTE);
    list.addSubject("ann", 1, MINUTE);
    list.addSession("d", MINUTE);
    list.forget(2 * MINUTE);
    assertThat(list.size()).isEqualTo(3);
    list.forget(2 * MINUTE + 1);
    assertThat(list.size()).isZero();
    assertThat(list.covers(caller("ann", "t", 1L, "d"))).isFalse();
  }
}
