package penstock.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vertx.core.MultiMap;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import penstock.problem.Problem;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.problem.Violation;

/** Every kind of bad input and the problem that it gets. */
class BadInputTest {

  private static final String EVENT = "application/cloudevents+json";
  private static final String BATCH = "application/cloudevents-batch+json";
  private static final String REQUIRED =
      "\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\"";
  private static final String GOOD = "{" + REQUIRED + "}";
  private static final String[] GOOD_HEADERS = {
    "ce-specversion: 1.0", "ce-id: 1", "ce-source: /s", "ce-type: t"
  };

  /** Stands for payload, which must not come back. */
  private static final String SECRET = "s3cr3t";

  /**
   * One bad request.
   *
   * @param headers with the content type, if there is one
   * @param event index of the event at fault; null if the problem has no errors
   * @param attribute at fault; null if it is the event as a whole
   * @param says a part of what is told
   */
  record Row(
      String name,
      MultiMap headers,
      byte[] body,
      ProblemType type,
      @Nullable Integer event,
      @Nullable String attribute,
      String says) {

    @Override
    public String toString() {
      return name;
    }
  }

  private final List<Row> rows = new ArrayList<>();

  static List<Row> rows() {
    return new BadInputTest().table();
  }

  private List<Row> table() {
    notJson();
    requiredAttributes();
    values();
    names();
    data();
    batches();
    binaryMode();
    plain();
    contentTypes();
    limits();
    return rows;
  }

  private void notJson() {
    malformed("an empty body", "", "line 1, column 1: the JSON text ends too early");
    malformed("white space", " \n ", "line 2, column 2");
    malformed("not JSON at all", SECRET, "line 1, column 1: there must be a value");
    malformed("cut", "{" + REQUIRED, "line 1, column 55");
    malformed("cut in a string", "{\"id\":\"" + SECRET, "a string does not end");
    malformed("cut in an escape", "{\"id\":\"\\u00", "an escape is not");
    malformed("an unknown escape", "{\"id\":\"\\x\"}", "no such escape");
    malformed("a line break in a string", "{\"id\":\"a\nb\"}", "is not escaped");
    malformed("a comma too many", "{" + REQUIRED + ",}", "there must be a string");
    malformed("a name without quotes", "{id:\"1\"}", "line 1, column 2");
    malformed("a name without value", "{\"id\"}", "there must be a ':'");
    malformed("single quotes", "{'id':'1'}", "there must be a string");
    malformed("a comment", "{" + REQUIRED + "/* no */}", "line 1, column 55");
    malformed(
        "half a character in a name", "{\"data\":{\"\\ud83d\":1}}", "half of a surrogate pair");
    malformed("a name too long", "{\"" + "x".repeat(50_001) + "\":1}", "a name is longer");
    malformed("two events", GOOD + "\n" + GOOD, "line 2, column 1: there is something after");
    malformed("columns are characters", "{\"é😀\": x}", "line 1, column 8");
    for (String value :
        List.of(
            "NaN",
            "Infinity",
            "-",
            "+1",
            "01",
            "1.",
            ".5",
            "1e",
            "1e+",
            "0x1",
            "tru",
            "nul",
            "True",
            "[1,]",
            "[1 2]",
            "[",
            "{\"a\" 1}",
            "{\"a\":1",
            "\u00A01",
            "1\u0000")) {
      malformed("data " + value, "{" + REQUIRED + ",\"data\":" + value + "}", "line 1, column ");
    }
    malformed(
        "nested too deep", "{\"data\":" + "[".repeat(501) + "]".repeat(501) + "}", "nested deeper");
    malformed("a number too long", "{\"data\":" + "1".repeat(1_001) + "}", "a number is longer");
    bytes("an overlong slash", 0xC0, 0xAF);
    bytes("an overlong NUL", 0xC0, 0x80);
    bytes("an overlong euro sign", 0xF0, 0x82, 0x82, 0xAC);
    bytes("a surrogate in UTF-8", 0xED, 0xA0, 0x80);
    bytes("a sequence that is cut", 0xE2, 0x82);
    bytes("a byte that continues nothing", 0x80);
    bytes("beyond Unicode", 0xF4, 0x90, 0x80, 0x80);
    bytes("Latin-1", 0xE9);
    row("UTF-16", type(EVENT), GOOD.getBytes(StandardCharsets.UTF_16LE), "control character");
    row("UTF-16 marked", type(EVENT), GOOD.getBytes(StandardCharsets.UTF_16), "not UTF-8");
    row("UTF-32", type(EVENT), GOOD.getBytes(Charset.forName("UTF-32BE")), "control character");
  }

  private void requiredAttributes() {
    for (String attribute : List.of("specversion", "id", "source", "type")) {
      String without =
          GOOD.replaceFirst("\"" + attribute + "\":\"[^\"]*\",?", "").replace(",}", "}");
      invalid("no " + attribute, without, attribute, "is required");
      for (String value : List.of("\"\"", "1", "1.0", "true", "{}", "[\"1\"]")) {
        String bad = GOOD.replaceFirst("(\"" + attribute + "\":)\"[^\"]*\"", "$1" + value);
        invalid(attribute + " " + value, bad, attribute, "must ");
      }
      String absent = GOOD.replaceFirst("(\"" + attribute + "\":)\"[^\"]*\"", "$1null");
      invalid(attribute + " null", absent, attribute, "is required");
    }
    for (String version : List.of("0.3", "1.0.2", "1", "2.0", " 1.0")) {
      invalid("version " + version, GOOD.replace("1.0", version), "specversion", "must be 1.0");
    }
  }

  private void values() {
    for (String source :
        List.of("a b", "/a%zz", "/a%2", "1:2", "http://[::1", "/é", "a\\\\b", "//h:x")) {
      invalid("source " + source, GOOD.replace("/s", source), "source", "URI reference");
    }
    for (String uri : List.of("", "/relative", "schema", "http://a b", "http://x/#part", ":x")) {
      extended("dataschema " + uri, "\"dataschema\":\"" + uri + "\"", "dataschema", "absolute URI");
    }
    for (String time :
        List.of(
            "",
            "now",
            "2018-04-05",
            "2018-04-05 17:31:00Z",
            "2018-02-29T00:00:00Z",
            "2018-04-05T24:00:00Z",
            "2018-04-05T17:31Z",
            "2018-04-05T17:31:00",
            "2018-13-01T00:00:00Z",
            "2018-04-05T17:31:00.Z",
            "2018-04-05T17:31:00+0100",
            "2018-04-05T17:31:00+24:00")) {
      extended("time " + time, "\"time\":\"" + time + "\"", "time", "RFC 3339");
    }
    extended("time as a number", "\"time\":1522949460", "time", "must be a string");
    for (String type :
        List.of("", "json", "application/", "/json", "a/b/c", "a b/c", "a/b; c", "a/b;c=")) {
      extended(
          "media type " + type,
          "\"datacontenttype\":\"" + type + "\"",
          "datacontenttype",
          "RFC 2046");
    }
    extended("an empty subject", "\"subject\":\"\"", "subject", "must not be empty");
    extended("an empty partition key", "\"partitionkey\":\"\"", "partitionkey", "must be a string");
    extended("a partition key that is no string", "\"partitionkey\":7", "partitionkey", "must be");
    for (String number :
        List.of("1.5", "1.0", "1e2", "2147483648", "-2147483649", "12345678901234567890")) {
      extended("number " + number, "\"x\":" + number, "x", "an integer of 32 bits");
    }
    for (String value : List.of("{}", "[]", "{\"a\":1}", "[1]")) {
      extended("extension " + value, "\"x\":" + value, "x", "a string, a boolean or an integer");
    }
    for (String character :
        List.of("\\u0000", "\\n", "\\u001f", "\\u007f", "\u007F", "\\u0085", "\u009F")) {
      extended(
          "a control character in x", "\"x\":\"a" + character + "\"", "x", "control characters");
      extended(
          "one in subject", "\"subject\":\"" + character + "\"", "subject", "control characters");
    }
    for (String half :
        List.of("\\ud83d", "\\ude00", "\\ud83dx", "\\ud83d\\ud83d", "\\ude00\\ud83d")) {
      extended("lone surrogate " + half, "\"x\":\"" + half + "\"", "x", "half of a surrogate pair");
    }
    for (String none :
        List.of("\\ufffe", "\uFFFF", "\\ufdd0", "\uFDEF", "\\ud83f\\udffe", "\uDBFF\uDFFF")) {
      extended("a noncharacter", "\"x\":\"" + none + "\"", "x", "noncharacters");
    }
  }

  private void names() {
    for (String name :
        List.of("", "Id", "comExample", "a-b", "a_b", "a.b", "ä", "data_text", "a b", "ID")) {
      extended("name '" + name + "'", "\"" + name + "\":\"1\"", name, "is no name of an attribute");
    }
    extended("a bad name with null", "\"A\":null", "A", "is no name of an attribute");
    extended("a long name", "\"" + "A".repeat(100) + "\":1", "A".repeat(64), "is no name");
    for (String twice : List.of("\"id\":\"2\"", "\"\\u0069d\":\"1\"", "\"id\":null", "\"id\":7")) {
      extended(twice + " again", twice, "id", "more than once");
    }
    extended("x twice", "\"x\":1,\"x\":1", "x", "more than once");
    extended("x twice, once null", "\"x\":null,\"x\":1", "x", "more than once");
    extended(
        "subject twice, once null",
        "\"subject\":null,\"subject\":\"a\"",
        "subject",
        "more than once");
    String many =
        IntStream.rangeClosed(0, 256)
            .mapToObj(i -> "\"%s\":1".formatted(Integer.toString(36 + i, 36)))
            .collect(Collectors.joining(","));
    extended("too many extensions", many, "84", "at most 256");
    extended("data twice", "\"data\":1,\"data\":1", "data", "more than once");
    extended(
        "base64 twice",
        "\"data_base64\":\"\",\"data_base64\":\"\"",
        "data_base64",
        "more than once");
  }

  private void data() {
    extended("both data", "\"data\":1,\"data_base64\":\"AA==\"", "data_base64", "beside 'data'");
    extended(
        "both, null", "\"data_base64\":\"AA==\",\"data\":null", "data_base64", "beside 'data'");
    for (String value :
        List.of(
            "\"A\"",
            "\"AA=\"",
            "\"AA\"",
            "\"A===\"",
            "\"AAA \"",
            "\"AA-_\"",
            "\"AA==AA==\"",
            "\"====\"",
            "1",
            "{}",
            "\"AAé=\"")) {
      extended(
          "base64 " + value,
          "\"data_base64\":" + value,
          "data_base64",
          "must be a string in base64");
    }
    for (String value : List.of("1", "null", "{}", "true", "[\"a\"]")) {
      extended(
          "text " + value,
          "\"datacontenttype\":\"text/plain\",\"data\":" + value,
          "data",
          "must be a string");
    }
    extended(
        "text that UTF-8 cannot carry",
        "\"data\":\"\\ud800\",\"datacontenttype\":\"text/plain\"",
        "data",
        "surrogate");
  }

  private void batches() {
    for (String event : List.of("1", "\"e\"", "null", "[]", "[" + GOOD + "]")) {
      row(
          "a structured " + event,
          type(EVENT),
          utf8(event),
          ProblemType.INVALID_EVENT,
          0,
          null,
          "must be a JSON object");
    }
    row("an event as a batch", type(BATCH), utf8(GOOD), "A batch is a JSON array");
    row("an empty batch", type(BATCH), utf8(" [ ] "), "The batch is empty");
    row("a batch that is cut", type(BATCH), utf8("[" + GOOD), "line 1, column 57");
    row("two batches", type(BATCH), utf8("[" + GOOD + "][" + GOOD + "]"), "something after");
    row(
        "a batch with null",
        type(BATCH),
        utf8("[" + GOOD + ",null]"),
        ProblemType.INVALID_EVENT,
        1,
        null,
        "must be a JSON object");
    row(
        "one bad event of three",
        type(BATCH),
        utf8("[" + GOOD + "," + GOOD + ",{" + REQUIRED + ",\"time\":\"" + SECRET + "\"}]"),
        ProblemType.INVALID_EVENT,
        2,
        "time",
        "RFC 3339");
    row("malformed after a bad event", type(BATCH), utf8("[{},x]"), "line 1, column 5");
    row(
        "too many events",
        type(BATCH),
        utf8("[" + String.join(",", IntStream.range(0, 21).mapToObj(i -> GOOD).toList()) + "]"),
        ProblemType.BATCH_TOO_LARGE,
        null,
        null,
        "may have 20 events");
  }

  private void binaryMode() {
    binary("no id", "ce-id", null, "id", "is required");
    binary("no source", "ce-source", null, "source", "is required");
    binary("no type", "ce-type", null, "type", "is required");
    binary("no specversion", "ce-specversion", null, "specversion", "is required");
    binary("specversion 0.3", "ce-specversion", "0.3", "specversion", "must be 1.0");
    binary("empty id", "ce-id", "", "id", "must not be empty");
    binary("empty quoted id", "ce-id", "\"\"", "id", "must not be empty");
    binary("bad source after decoding", "ce-source", "/a%20b", "source", "URI reference");
    binary("an overlong space", "ce-subject", "%C0%A0", "subject", "valid UTF-8");
    binary("a surrogate", "ce-subject", "%ED%A0%80", "subject", "valid UTF-8");
    binary("a cut sequence", "ce-subject", "%E2%82", "subject", "valid UTF-8");
    binary("a lone %", "ce-subject", "100%", "subject", "two hexadecimal digits");
    binary("a % and one digit", "ce-subject", "%2", "subject", "two hexadecimal digits");
    binary("a % and no digits", "ce-subject", "%zz", "subject", "two hexadecimal digits");
    binary("a control character", "ce-subject", "a%0Ab", "subject", "control characters");
    binary("a C1 control character", "ce-x", "%C2%85", "x", "control characters");
    binary("a noncharacter", "ce-x", "%EF%BF%BE", "x", "noncharacters");
    binary("raw UTF-8", "ce-subject", "Ã©", "subject", "percent-encoded");
    binary("a broken quoted string", "ce-subject", "\"a", "subject", "one quoted string");
    binary("something after the quotes", "ce-subject", "\"a\" b", "subject", "one quoted string");
    binary("a quoted end", "ce-subject", "\"a\\\"", "subject", "one quoted string");
    binary("an attribute name", "ce-a-b", "1", "a-b", "is no name of an attribute");
    binary("no attribute name", "ce-", "1", "", "is no name of an attribute");
    binary("data in a header", "ce-data", "1", "data", "must be sent as the body");
    binary("base64 in a header", "ce-data_base64", "AA==", "data_base64", "is no name");
    binary("content type in ce-", "ce-datacontenttype", "a/b", "datacontenttype", "Content-Type");
    binary("a bad time", "ce-time", "yesterday", "time", "RFC 3339");
    binary("an empty partition key", "ce-partitionkey", "", "partitionkey", "not empty");
    binary("a bad content type", "Content-Type", "json", "datacontenttype", "RFC 2046");
    row(
        "a header twice",
        good("ce-ID: 1"),
        utf8("1"),
        ProblemType.INVALID_EVENT,
        0,
        "id",
        "more than once");
    row(
        "a body that is not JSON",
        good("Content-Type: application/json"),
        utf8("{" + SECRET),
        "column 2");
    row("a body after JSON", good("Content-Type: a/b+json"), utf8("1 2"), "something after");
    row("no content type, no JSON", good(), utf8(SECRET), "not JSON");
    row(
        "JSON that is not UTF-8",
        good("Content-Type: application/json"),
        new byte[] {'"', -1, '"'},
        "not UTF-8");
  }

  private void plain() {
    row("plain, not JSON", type("application/json"), utf8(SECRET), "line 1, column 1");
    row("plain, empty", type("application/json"), utf8(""), "ends too early");
    row("plain, two values", type("application/json"), utf8("{}\n{}"), "line 2, column 1");
    row(
        "plain, broken UTF-8",
        type("application/json"),
        new byte[] {'"', (byte) 0xC3, '"'},
        "not UTF-8");
  }

  private void contentTypes() {
    unsupported("no content type", Requests.headers());
    for (String type :
        List.of(
            "text/plain",
            "application/xml",
            "application/x-www-form-urlencoded",
            "application/cloudevents",
            "application/cloudevents+xml",
            "application/cloudevents-batch",
            "application/cloudevents-batch+avro",
            "application/cloudevents+json; charset=utf-16",
            "application/cloudevents-batch+json; charset=\"ISO-8859-1\"",
            "application/json; charset=utf-16",
            "text/json",
            "application/problem+json",
            "nonsense")) unsupported(type, type(type));
    {
      unsupported(
          "binary mode with JSON in UTF-16", good("Content-Type: application/json;charset=UTF-16"));
    }
  }

  private void limits() {
    String large = "{" + REQUIRED + ",\"data\":\"" + "x".repeat(2_000) + "\"}";
    row(
        "a large event",
        type(EVENT),
        utf8(large),
        ProblemType.EVENT_TOO_LARGE,
        0,
        null,
        "2000 are allowed");
    row(
        "a large event in a batch",
        type(BATCH),
        utf8("[" + GOOD + "," + large + "]"),
        ProblemType.EVENT_TOO_LARGE,
        1,
        null,
        "2000");
    row(
        "large white space",
        type(EVENT),
        utf8(GOOD.replace("{", "{" + " ".repeat(2_000))),
        ProblemType.EVENT_TOO_LARGE,
        0,
        null,
        "2000");
    row(
        "a large body",
        good("Content-Type: image/png"),
        new byte[2_000],
        ProblemType.EVENT_TOO_LARGE,
        0,
        null,
        "2000");
    row(
        "large headers",
        good("ce-x: " + "x".repeat(2_000)),
        new byte[0],
        ProblemType.EVENT_TOO_LARGE,
        0,
        null,
        "2000");
    row(
        "large plain JSON",
        type("application/json"),
        utf8("\"" + "x".repeat(2_000) + "\""),
        ProblemType.EVENT_TOO_LARGE,
        0,
        null,
        "2000");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rows")
  void getsItsProblem(Row row) {
    ProblemException thrown =
        catchThrowableOfType(
            ProblemException.class, () -> Requests.read(row.headers(), row.body()));

    assertThat(thrown).as("it was taken").isNotNull();
    Problem problem = thrown.problem();
    assertThat(problem.type()).as(problem.toString()).isEqualTo(row.type());
    String told = problem.detail();
    if (row.event() == null) {
      assertThat(problem.errors()).isEmpty();
    } else {
      Violation first = problem.errors().getFirst();
      assertThat(first.event()).isEqualTo(row.event());
      assertThat(first.attribute()).isEqualTo(row.attribute());
      told = first.message();
    }
    assertThat(told).contains(row.says());
    assertThat(problem.toString()).doesNotContain(SECRET);
  }

  private void malformed(String name, String body, String says) {
    row(name, type(EVENT), utf8(body), says);
  }

  /** These bytes within a string of data, of an attribute, and of a name. */
  private void bytes(String name, int... bytes) {
    var text = new StringBuilder();
    for (int one : bytes) {
      text.append((char) one);
    }
    for (String place :
        List.of("\"data\":\"" + text + "\"", "\"x\":\"" + text + "\"", "\"" + text + "\":1")) {
      byte[] body = ("{" + REQUIRED + "," + place + "}").getBytes(StandardCharsets.ISO_8859_1);
      row(name + " in " + place.substring(0, 3), type(EVENT), body, "a byte that is not UTF-8");
    }
  }

  private void invalid(String name, String body, String attribute, String says) {
    row(name, type(EVENT), utf8(body), ProblemType.INVALID_EVENT, 0, attribute, says);
  }

  private void extended(String name, String members, String attribute, String says) {
    invalid(name, "{" + REQUIRED + "," + members + "}", attribute, says);
  }

  private void binary(
      String name, String header, @Nullable String value, String attribute, String says) {
    MultiMap headers = good();
    headers.remove(header);
    if (value != null) {
      headers.add(header, value);
    }
    row(
        name + ", binary mode",
        headers,
        new byte[0],
        ProblemType.INVALID_EVENT,
        0,
        attribute,
        says);
  }

  private void unsupported(String name, MultiMap headers) {
    row(name, headers, utf8(GOOD), ProblemType.UNSUPPORTED_MEDIA_TYPE, null, null, EVENT);
  }

  private void row(String name, MultiMap headers, byte[] body, String says) {
    row(name, headers, body, ProblemType.MALFORMED_REQUEST, null, null, says);
  }

  private void row(
      String name,
      MultiMap headers,
      byte[] body,
      ProblemType type,
      @Nullable Integer event,
      @Nullable String attribute,
      String says) {
    rows.add(new Row(name, headers, body, type, event, attribute, says));
  }

  private static MultiMap type(String contentType) {
    return Requests.headers("Content-Type: " + contentType);
  }

  private static MultiMap good(String... more) {
    return Requests.headers(GOOD_HEADERS).addAll(Requests.headers(more));
  }

  private static byte[] utf8(String text) {
    return Requests.utf8(text);
  }
}
