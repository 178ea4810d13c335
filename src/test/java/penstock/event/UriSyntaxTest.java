package penstock.event;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UriSyntaxTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://example.com",
        "https://user:pw@example.com:8080/a/b?c=d&e",
        "urn:uuid:6e8bc430",
        "mailto:a@b.c",
        "a:",
        "a+b-c.1:/x",
        "file:///etc",
        "http://[::1]:80/",
        "http://[2001:db8::7]",
        "http://[v1.a:b]/",
        "http://192.168.0.1",
        "http://h:/",
        "tag:x,2005:y",
        "http://a//b",
        "x://?",
        "http://%41/%41?%41",
        "ldap://h/c=GB?one"
      })
  void knowsAbsoluteUris(String text) {
    assertThat(UriSyntax.isAbsolute(text)).isTrue();
    assertThat(UriSyntax.isReference(text)).isTrue();
    assertThat(UriSyntax.isReference(text + "#part/?:@")).isTrue();
    assertThat(UriSyntax.isAbsolute(text + "#part")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "a",
        "./a:b",
        "a/b:c",
        "//host/x",
        "//",
        "?q",
        "#",
        "../..",
        "/a;b=1,2",
        "a?b:c",
        "#a:b",
        "*",
        "a@b",
        "/a(b)'c'!$&+"
      })
  void knowsRelativeReferences(String text) {
    assertThat(UriSyntax.isReference(text)).isTrue();
    assertThat(UriSyntax.isAbsolute(text)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        " ",
        "a b",
        "a\nb",
        "é",
        "%",
        "%4",
        "%4g",
        "a%",
        "\\",
        "<a>",
        "\"",
        "{a}",
        "a|b",
        "^",
        "`",
        ":",
        ":a",
        "1a:b",
        "a_b:c",
        "[",
        "a[b]",
        "/[",
        "?[",
        "##",
        "#a#",
        "http://[",
        "http://[::1",
        "http://[::1]x",
        "http://[::g]",
        "http://[]",
        "http://[1.2.3.4]",
        "http://[fe80::1%25en0]",
        "http://[v.a]",
        "http://[v1.]",
        "http://[vg.a]",
        "http://h:80x",
        "http://a:b:c",
        "//a b",
        "//a@b@c",
        "http://[[::1]]",
        "\uFF21",
        "a\u0000"
      })
  void refusesAllElse(String text) {
    assertThat(UriSyntax.isReference(text)).isFalse();
    assertThat(UriSyntax.isAbsolute(text)).isFalse();
  }
}
