package penstock.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTargetTest {

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "/streams, /streams",
        "/a?b=c&d=%20+e, /a?b=c&d=%20+e",
        "/a?b=c|d, /a?b=c%7Cd",
        "/a|b/c, /a%7Cb/c",
        "/a?f={%22exact%22:[]}, /a?f=%7B%22exact%22:%5B%5D%7D",
        "/a?b=c\\^, /a?b=c%5C%5E",
        "/a#b, /a%23b",
        "*, /*",
        "http://localhost:8080/a?b, /a?b",
        "http://[::1]:8080, /",
      })
  void encodesWhatBrowsersDoNot(String sent, String read) {
    assertThat(RequestTarget.read(sent)).isEqualTo(read);
  }

  @Test
  void takesBytesForUtf8() {
    String sent =
        new String("/a?b=ü€".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    assertThat(RequestTarget.read(sent)).isEqualTo("/a?b=%C3%BC%E2%82%AC");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/%", "/a%2", "/a?b=%zz", "/a?b|=%g1", "", "a", "localhost:80", "ftp://a/"})
  void refusesWhatMayMeanAnything(String sent) {
    assertThat(RequestTarget.read(sent)).isNull();
  }

  /** What the framework checks, so that it never finds anything. */
  @Test
  void givesUrisOnly() {
    for (char c = 0; c < 256; c++) {
      String target = RequestTarget.read("/a" + c + "20?b" + c + "20");
      assertThat(target).isNotNull();
      assertThat(URI.create(target).getRawPath()).startsWith("/a");
    }
  }
}
