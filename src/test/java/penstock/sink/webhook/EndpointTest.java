package penstock.sink.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "https://hooks.example/a/b?c=d | true | hooks.example | 443 | /a/b?c=d",
        "http://hooks.example | false | hooks.example | 80 | /",
        "HTTPS://hooks.example:8443? | true | hooks.example | 8443 | /?",
        "' http://1.2.3.4:8080/x%20y ' | false | 1.2.3.4 | 8080 | /x%20y",
        "http://[2606:4700::1111]:81/ | false | [2606:4700::1111] | 81 | /"
      })
  void isRead(String url, boolean ssl, String host, int port, String target) {
    assertThat(Endpoint.parse(url)).isEqualTo(new Endpoint(ssl, host, port, target));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "hooks.example",
        "//hooks.example/",
        "/path",
        "ftp://hooks.example/",
        "https:hooks.example",
        "https:///path",
        "https://",
        "https://hooks example/",
        "https://hooks_under.example/",
        "https://hooks.example:0/",
        "https://hooks.example:99999/",
        "https://hooks.example/#part",
        "https://user@hooks.example/",
        "https://user:secret@hooks.example/",
        "https://hooks.example/{id}",
        "http://[::1"
      })
  void whatIsNoUrlIsRefusedAndNotShown(String url) {
    assertThatThrownBy(() -> Endpoint.parse(url))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("must ")
        .satisfies(refused -> assertThat(refused.toString()).doesNotContain("secret"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http://127.0.0.1/ | 127.0.0.1",
        "http://[::1]/ | 0:0:0:0:0:0:0:1",
        "http://[::ffff:10.0.0.1]/ | 10.0.0.1",
        "http://localhost/ | 127.0.0.1",
        "http://a.LOCALHOST/ | 127.0.0.1"
      })
  void addressesAreNotLookedUp(String url, String address) {
    assertThat(Endpoint.parse(url).literal().orElseThrow().getHostAddress()).isEqualTo(address);
  }

  @Test
  void namesAre() {
    assertThat(Endpoint.parse("http://hooks.example/").literal()).isEmpty();
    assertThat(Endpoint.parse("http://localhost.example/").literal()).isEmpty();
  }

  @Test
  void aRedirectMayBeRelative() {
    Endpoint endpoint = Endpoint.parse("https://hooks.example/a/b");

    assertThat(endpoint.redirect("/c")).isEqualTo(Endpoint.parse("https://hooks.example/c"));
    assertThat(endpoint.redirect("http://169.254.169.254/latest"))
        .isEqualTo(Endpoint.parse("http://169.254.169.254/latest"));
    assertThat(endpoint.redirect("file:///etc/passwd")).isNull();
    assertThat(endpoint.redirect("::")).isNull();
    assertThat(endpoint.redirect(null)).isNull();
  }

  @Test
  void showsNothingThatMayBeSecret() {
    assertThat(Endpoint.parse("https://hooks.example/token/abc?key=def").toString())
        .isEqualTo("https://hooks.example:443");
  }
}
