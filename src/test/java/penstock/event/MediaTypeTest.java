package penstock.event;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MediaTypeTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "application/json | application | json | | true",
        "APPLICATION/Json;Charset=\"UTF-8\" | application | json | utf-8 | true",
        "application/vnd.a+json ; a=b;charset=x | application | vnd.a+json | x | true",
        "text/json;; charset=\"a\\\"b\" | text | json | a\"b | true",
        "application/xml; a=\"; charset=x\" | application | xml | | false",
        "text/plain; | text | plain | | false",
        "application/jsonx | application | jsonx | | false",
        "x-a/y!z | x-a | y!z | | false",
      })
  void reads(String text, String type, String subtype, String charset, boolean json) {
    MediaType mediaType = MediaType.parse(text);
    assertThat(mediaType).isEqualTo(new MediaType(type, subtype, charset));
    assertThat(mediaType.isJson()).isEqualTo(json);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "a",
        "a/",
        "/a",
        "a/b/c",
        "a/b c",
        " a/b",
        "a /b",
        "a/ b",
        "a/b,c/d",
        "a/b;c=",
        "a/b;c",
        "a/b;=c",
        "a/b;c =d",
        "a/b;c= d",
        "a/b;c=\"",
        "a/b;c=\"d\\\"",
        "a/b;c=\"d\"e",
        "é/b",
        "a/*/b"
      })
  void refusesWhatIsNone(String text) {
    assertThat(MediaType.parse(text)).isNull();
  }
}
