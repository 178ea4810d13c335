package penstock.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vertx.core.buffer.Buffer;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import penstock.json.JsonScanner;
import penstock.problem.Problem;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;

/** What is taken, and how it is kept. */
class HttpEventsTest {

  private static final String REQUIRED =
      "\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\"";
  private static final String[] REQUIRED_HEADERS = {
    "ce-specversion: 1.0", "ce-id: 1", "ce-source: /s", "ce-type: t"
  };

  @Test
  void keepsAllOfAStructuredEvent() {
    Event event =
        Requests.structured(
            """
            { "data" : { "a b" : [ 1.10, 1e400, -0.0, 12345678901234567890.123 ], "t\\u00e9" : " \\" " },
              "specversion": "1.0", "type": "t\\u0065", "source": "urn:x:%41?q#f", "id": "é😀\\ud83d\\ude00 \\"",
              "subject": " ", "time": "2016-12-31t23:59:60.123456789012z",
              "datacontenttype": "Application/Vnd.X+JSON; a=\\"b;\\"", "dataschema": "https://x/y?z",
              "yes": true, "no": false, "least": -2147483648, "most": 2147483647, "empty": "",
              "nothing": null, "partitionkey": "ключ" }
            """);

    assertThat(event.id()).isEqualTo("é😀😀 \"");
    assertThat(event.source()).isEqualTo("urn:x:%41?q#f");
    assertThat(event.type()).isEqualTo("te");
    assertThat(event.subject()).isEqualTo(" ");
    assertThat(event.time()).isEqualTo("2016-12-31t23:59:60.123456789012z");
    assertThat(event.dataContentType()).isEqualTo("Application/Vnd.X+JSON; a=\"b;\"");
    assertThat(event.dataSchema()).isEqualTo("https://x/y?z");
    assertThat(event.extensions())
        .containsOnlyKeys("yes", "no", "least", "most", "empty", "partitionkey")
        .containsEntry("yes", true)
        .containsEntry("no", false)
        .containsEntry("least", Integer.MIN_VALUE)
        .containsEntry("most", Integer.MAX_VALUE)
        .containsEntry("empty", "");
    assertThat(event.key()).isEqualTo("ключ");
    assertThat(event.data())
        .isEqualTo(
            json("{\"a b\":[1.10,1e400,-0.0,12345678901234567890.123],\"t\\u00e9\":\" \\\" \"}"));
  }

  @Test
  void givesABatchInItsOrder() {
    List<Event> events =
        Requests.batch(
            " [ {"
                + REQUIRED
                + ",\"n\":1,\"subject\":\"a\"} ,\n{"
                + REQUIRED.replace("\"1\"", "\"2\"")
                + ",\"data\":[ ]} ] ");

    assertThat(events).extracting(Event::id).containsExactly("1", "2");
    assertThat(events.get(0).subject()).isEqualTo("a");
    assertThat(events.get(1).subject()).isNull();
    assertThat(events.get(1).extensions()).isEmpty();
    assertThat(events.get(1).data()).isEqualTo(json("[]"));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "`\"data\":null` | null",
        "`\"data\":\"a\\u0000\\ud800\"` | \"a\\u0000\\ud800\"",
        "`\"data\":{\"a\":1,\"a\":2}` | {\"a\":1,\"a\":2}",
        "`\"data\":1,\"data_base64\":null` | 1",
        "`\"data\":\"{}\",\"datacontenttype\":\"text/json\"` | \"{}\"",
        "`\"datacontenttype\":null,\"data\":true` | true",
      })
  void keepsJson(String members, String json) {
    assertThat(dataOf(members)).isEqualTo(json(json));
  }

  @Test
  void keepsDataThatIsNotJson() {
    String plain = ",\"datacontenttype\":\"text/plain\"";
    assertThat(dataOf("\"data\":\"a \\n\\u00e9\"" + plain)).isEqualTo(new EventData.Text("a \né"));
    assertThat(dataOf("\"data\":\"\"" + plain)).isEqualTo(new EventData.Text(""));
    assertThat(dataOf("\"data_base64\":\"+/8=\"" + plain)).isEqualTo(new EventData.Binary("+/8="));
    assertThat(dataOf("\"data_base64\":\"\\u002b\\/8=\""))
        .as("what was sent as bytes stays bytes, whatever its content type")
        .isEqualTo(new EventData.Binary("+/8="));
    assertThat(dataOf("\"data_base64\":null" + plain)).isEqualTo(EventData.NONE);
    assertThat(dataOf("\"subject\":null")).isEqualTo(EventData.NONE);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "plain | plain",
        "Euro%20%E2%82%AC%20%F0%9F%98%80 | Euro € 😀",
        "%e2%82%ac | €",
        "%41%2525 | A%25",
        "`\"a b\"` | a b",
        "`\"a \\\" \\\\ %22\"` | `a \" \\ \"`",
        "a\"b\" | `a\"b\"`",
        "a b | a b",
      })
  void decodesHeaders(String header, String subject) {
    assertThat(binary(new byte[0], "ce-subject: " + header).subject()).isEqualTo(subject);
  }

  @Test
  void takesBinaryMode() {
    Event event =
        binary(
            Requests.utf8(" { \"a\" : 1.0 } "),
            "CE-Time: 2018-04-05T17:31:00Z",
            "Ce-Extra: true",
            "cE-dataschema: a:b",
            "Content-Type: application/json; charset=UTF-8",
            "X-Other: ce-");

    assertThat(event.time()).isEqualTo("2018-04-05T17:31:00Z");
    assertThat(event.dataSchema()).isEqualTo("a:b");
    assertThat(event.extensions()).isEqualTo(Map.of("extra", "true"));
    assertThat(event.dataContentType()).isEqualTo("application/json; charset=UTF-8");
    assertThat(event.data()).isEqualTo(json("{\"a\":1.0}"));
  }

  @Test
  void keepsBinaryBodiesByTheirContentType() {
    byte[] text = Requests.utf8("é\u0000");
    byte[] latin = {(byte) 0xE9};
    assertThat(binaryData(text, "text/plain")).isEqualTo(new EventData.Text("é\u0000"));
    assertThat(binaryData(text, "text/csv; charset=utf-8"))
        .isEqualTo(new EventData.Text("é\u0000"));
    assertThat(binaryData(latin, "text/plain")).isEqualTo(base64(latin));
    assertThat(binaryData(latin, "text/plain; charset=iso-8859-1")).isEqualTo(base64(latin));
    assertThat(binaryData(text, "text/plain; charset=iso-8859-1")).isEqualTo(base64(text));
    assertThat(binaryData(text, "application/octet-stream")).isEqualTo(base64(text));
    assertThat(binaryData(new byte[0], "application/octet-stream")).isEqualTo(EventData.NONE);
    assertThat(binaryData(new byte[0], "application/json")).isEqualTo(EventData.NONE);
    assertThat(binary(Requests.utf8("[ 1 ]")).data()).isEqualTo(json("[1]"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/json", "Application/JSON", "application/json;charset=utf-8"})
  void wrapsPlainJson(String contentType) {
    List<Event> events =
        new HttpEvents(Requests.LIMITS)
            .read(
                Requests.headers("Content-Type: " + contentType),
                Buffer.buffer("[ 1 ]"),
                () -> new PlainDefaults("t", "/streams/s", "é", null));

    Event event = events.getFirst();
    assertThat(UUID.fromString(event.id())).hasToString(event.id());
    assertThat(event.type()).isEqualTo("t");
    assertThat(event.source()).isEqualTo("/streams/s");
    assertThat(event.subject()).isEqualTo("é");
    assertThat(event.dataContentType()).isEqualTo(contentType);
    assertThat(event.data()).isEqualTo(json("[1]"));
  }

  @Test
  void checksTheAttributesOfPlainJson() {
    ProblemException thrown =
        catchThrowableOfType(
            ProblemException.class,
            () ->
                new HttpEvents(Requests.LIMITS)
                    .read(
                        Requests.headers("Content-Type: application/json"),
                        Buffer.buffer("1"),
                        () -> new PlainDefaults("", "a b", "\n", "")));

    assertThat(thrown.problem().errors())
        .extracting(violation -> violation.attribute())
        .containsExactly("id", "source", "type", "subject");
  }

  @Test
  void asksForPlainDefaultsOnlyForPlainJson() {
    IllegalStateException asked = new IllegalStateException("asked");
    HttpEvents reader = new HttpEvents(Requests.LIMITS);
    Buffer body = Buffer.buffer("{" + REQUIRED + "}");

    assertThat(
            reader.read(
                Requests.headers("Content-Type: application/cloudevents+json"),
                body,
                () -> {
                  throw asked;
                }))
        .hasSize(1);
    assertThatThrownBy(
            () ->
                reader.read(
                    Requests.headers("Content-Type: application/json"),
                    body,
                    () -> {
                      throw asked;
                    }))
        .isSameAs(asked);
  }

  @Test
  void tellsAllThatIsWrongInOrderButNotTooMuch() {
    Problem problem = problemOf("[{\"id\":\"\",\"A\":1},{" + REQUIRED + "},{\"source\":\":\"}]");
    assertThat(problem.type()).isEqualTo(ProblemType.INVALID_EVENT);
    assertThat(problem.errors())
        .extracting(violation -> violation.event() + " " + violation.attribute())
        .containsExactly(
            "0 id",
            "0 A",
            "0 specversion",
            "0 source",
            "0 type",
            "2 source",
            "2 specversion",
            "2 id",
            "2 type");
    assertThat(problem.detail()).startsWith("9 rules").contains("event 0, 'id'");

    Problem many = problemOf("[{},{},{},{},{},{},{},{}]");
    assertThat(many.errors()).hasSize(Violations.MOST);
    assertThat(many.detail()).startsWith("At least 16 rules");
  }

  @Test
  void takesWhatIsJustWithinItsBounds() {
    String empty = "{" + REQUIRED + ",\"data\":\"\"}";
    String data = "x".repeat(Requests.LIMITS.eventBytes() - empty.length());
    String full = empty.replace("\"\"", "\"" + data + "\"");
    assertThat(Requests.structured("  " + full + "  ").data()).isEqualTo(json("\"" + data + "\""));

    String event = "{" + REQUIRED + "}";
    String batch = "[" + (event + ",").repeat(Requests.LIMITS.batchEvents() - 1) + event + "]";
    assertThat(Requests.batch(batch)).hasSize(Requests.LIMITS.batchEvents());

    String deep = "[".repeat(JsonScanner.MAX_DEPTH) + "]".repeat(JsonScanner.MAX_DEPTH);
    assertThat(dataOf("\"data\":" + deep)).isEqualTo(json(deep));
    String digits = "1".repeat(JsonScanner.MAX_NUMBER);
    assertThat(dataOf("\"data\":" + digits)).isEqualTo(json(digits));
  }

  private static Problem problemOf(String batch) {
    return catchThrowableOfType(ProblemException.class, () -> Requests.batch(batch)).problem();
  }

  private static EventData dataOf(String members) {
    return Requests.structured("{" + REQUIRED + "," + members + "}").data();
  }

  private static Event binary(byte[] body, String... headers) {
    return Requests.read(Requests.headers(REQUIRED_HEADERS).addAll(Requests.headers(headers)), body)
        .getFirst();
  }

  private static EventData binaryData(byte[] body, String contentType) {
    Event event = binary(body, "Content-Type: " + contentType);
    assertThat(event.dataContentType()).isEqualTo(contentType);
    return event.data();
  }

  private static EventData json(String json) {
    return new EventData.Json(Requests.utf8(json));
  }

  private static EventData base64(byte[] bytes) {
    return new EventData.Binary(Base64.getEncoder().encodeToString(bytes));
  }
}
