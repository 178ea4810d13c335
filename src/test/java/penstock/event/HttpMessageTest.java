package penstock.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.MultiMap;
import io.vertx.core.http.impl.headers.HeadersMultiMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes out is read again as what went in. */
class HttpMessageTest {

  private static final String BEGIN =
      "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\"";

  private static MultiMap headers(HttpMessage message) {
    MultiMap headers = HeadersMultiMap.httpHeaders();
    message.headers().forEach(header -> headers.add(header.getKey(), header.getValue()));
    if (message.contentType() != null) {
      headers.set("Content-Type", message.contentType());
    }
    return headers;
  }

  private static List<Event> read(HttpMessage message) {
    return Requests.read(headers(message), message.body().getBytes());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ",\"data\":{\"n\":1.10,\"t\":\"ü\\u0000\"},\"datacontenttype\":\"application/json\"",
        ",\"data\":null,\"datacontenttype\":\"application/vnd.x+json; charset=utf-8\"",
        ",\"data\":1,\"datacontenttype\":\"application/json; charset=iso-8859-1\"",
        ",\"data\":\"grün\",\"datacontenttype\":\"text/plain\"",
        ",\"data\":\"grün\",\"datacontenttype\":\"text/plain; charset=UTF-8\"",
        ",\"data\":\"grün\",\"datacontenttype\":\"text/plain; charset=iso-8859-1\"",
        ",\"data\":\"grün\",\"datacontenttype\":\"text/plain; charset=nonsense\"",
        ",\"data_base64\":\"/wA=\",\"datacontenttype\":\"application/octet-stream\"",
        ",\"data_base64\":\"/wA=\",\"datacontenttype\":\"application/json\"",
        ",\"data_base64\":\"/wA=\"",
        ",\"data\":{},\"datacontenttype\":\"application/cloudevents+json\"",
        ",\"subject\":\"50 % \\\"of\\\" € 😀~!\",\"time\":\"2026-01-02T03:04:05.67+01:00\"",
        ",\"dataschema\":\"http://x.example/y?z=a%20b\",\"partitionkey\":\"p q\"",
        ",\"subject\":\" blank \""
      })
  void binaryIsReadAsWhatItWas(String members) {
    Event event = Requests.structured(BEGIN + members + "}");

    Event again = read(HttpMessage.binary(event)).getFirst();

    if (event.data() instanceof EventData.Json && event.dataContentType() == null) {
      assertThat(again.dataContentType()).isEqualTo("application/json");
    } else {
      assertThat(again).isEqualTo(event);
    }
  }

  /** JSON without a type goes out with the type that it is of. */
  @Test
  void jsonSaysThatItIs() {
    HttpMessage message = HttpMessage.binary(Requests.structured(BEGIN + ",\"data\":[1]}"));

    assertThat(message.contentType()).isEqualTo("application/json");
    assertThat(message.body().toString()).isEqualTo("[1]");
  }

  @Test
  void numbersAndFlagsAreText() {
    Event event = Requests.structured(BEGIN + ",\"n\":-7,\"yes\":true}");

    assertThat(HttpMessage.binary(event).headers())
        .containsExactly(
            Map.entry("ce-specversion", "1.0"),
            Map.entry("ce-id", "1"),
            Map.entry("ce-source", "/s"),
            Map.entry("ce-type", "t"),
            Map.entry("ce-n", "-7"),
            Map.entry("ce-yes", "true"));
  }

  /** The first is the specification's own example. */
  @ParameterizedTest
  @CsvSource({
    "Euro € 😀, Euro%20%E2%82%AC%20%F0%9F%98%80",
    "100%, 100%25",
    "'say \"hi\"', say%20%22hi%22",
    "~plain!, ~plain!",
    "ü\u007f, %C3%BC%7F"
  })
  void headersHaveVisibleAsciiOnly(String subject, String header) {
    Event event = Requests.structured(BEGIN + ",\"subject\":\"x\"}");
    var named =
        new Event("1", "/s", "t", subject, null, null, null, event.extensions(), EventData.NONE);

    assertThat(HttpMessage.binary(named).headers()).contains(Map.entry("ce-subject", header));
  }

  @Test
  void structuredAndBatchedAreReadAsWhatTheyWere() {
    Event first = Requests.structured(BEGIN + ",\"data\":{\"n\":1.10},\"yes\":true,\"n\":3}");
    Event second = Requests.structured(BEGIN.replace("\"1\"", "\"2\"") + ",\"subject\":\"ü\"}");

    assertThat(read(HttpMessage.structured(first))).containsExactly(first);
    assertThat(read(HttpMessage.batched(List.of(first, second)))).containsExactly(first, second);
    assertThat(read(HttpMessage.batched(List.of(first)))).containsExactly(first);
  }
}
