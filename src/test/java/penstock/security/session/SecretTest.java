package penstock.security.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SecretTest {

  private final Secret secret = Secret.random();

  @Test
  void opensWhatItSealed() {
    assertThat(secret.open("session", secret.seal("session", "a token"))).isEqualTo("a token");
  }

  @Test
  void isTheSameWhenRead() {
    Secret read = Secret.parse(secret.text());
    assertThat(read).isNotNull();
    assertThat(read.digest()).isEqualTo(secret.digest()).matches("[0-9a-f]{64}");
    assertThat(read.open("session", secret.seal("session", "a token"))).isEqualTo("a token");
  }

  @Test
  void opensNothingElse() {
    byte[] sealed = secret.seal("session", "a token");
    assertThat(secret.open("ticket", sealed)).isNull();
    assertThat(Secret.random().open("session", sealed)).isNull();
    assertThat(secret.open("session", new byte[0])).isNull();
    for (int i = 0; i < sealed.length; i++) {
      byte[] changed = sealed.clone();
      changed[i] ^= 1;
      assertThat(secret.open("session", changed)).as("byte %d", i).isNull();
    }
  }

  @Test
  void hasOneText() {
    String text = secret.text();
    char last = text.charAt(42);
    String sameBits = text.substring(0, 42) + (char) (last + 1);
    assertThat(Secret.parse(sameBits)).isNull();
    assertThat(Secret.parse(text + "=")).isNull();
    assertThat(Secret.parse(" " + text)).isNull();
  }

  @Test
  void isAnotherEachTimeAndInNoLog() {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      assertThat(seen.add(Secret.random().text())).isTrue();
    }
    assertThat(secret.toString()).doesNotContain(secret.text()).doesNotContain(secret.digest());
  }
}
