package penstock.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Requests as the OpenAPI document has them, well formed or bent in one way or another: names,
 * parameters, headers and bodies that are good, strange, too long, missing, or of something else.
 * Each is made by the seed and its number alone, whoever asks for it and in whatever order. For one
 * thread.
 */
final class RequestGenerator {

  /** A request without its framing. */
  record Request(String method, String target, String headers, byte[] body) {

    @Override
    public String toString() {
      return "%s %s\n%s\n%s"
          .formatted(method, target, headers, new String(body, StandardCharsets.UTF_8));
    }
  }

  /**
   * A parameter of a query.
   *
   * @param example empty if there is none that can stand there
   */
  private record Parameter(String name, boolean isNumber, String example) {

    static Parameter of(JsonNode described) {
      JsonNode schema = described.path("schema");
      JsonNode example = schema.path("examples").path(0);
      return new Parameter(
          described.path("name").asText(),
          schema.path("type").asText().equals("integer"),
          example.isValueNode() && example.asText().indexOf(' ') < 0 ? example.asText() : "");
    }
  }

  /**
   * An operation.
   *
   * @param bodies examples of what it takes
   */
  private record Operation(
      String method, String path, List<Parameter> query, boolean takesBody, List<String> bodies) {

    static Operation of(String method, String path, JsonNode described) {
      var query = new ArrayList<Parameter>();
      for (JsonNode parameter : described.path("parameters")) {
        if (parameter.path("in").asText().equals("query")) {
          query.add(Parameter.of(parameter));
        }
      }
      var bodies = new ArrayList<String>();
      for (JsonNode content : described.path("requestBody").path("content")) {
        content.findValues("value").forEach(value -> bodies.add(value.toString()));
        content.findValues("example").forEach(example -> bodies.add(example.toString()));
      }
      return new Operation(method, path, query, described.has("requestBody"), bodies);
    }
  }

  private static final List<String> METHODS =
      List.of("get", "head", "post", "put", "delete", "options");

  /** As they stand in a path or a query. */
  private static final List<String> STRANGE =
      List.of(
          "",
          ".",
          "..",
          "%2F",
          "..%2f..%2fetc",
          "%00",
          "%ff%fe",
          "%",
          "a|b",
          "ü",
          "%C3%BC",
          "-1",
          "0",
          "99999999999999999999",
          "1e9",
          "null",
          "true",
          "%7B%22exact%22:%7B%22type%22:%22t%22%7D%7D",
          "%7B%22sql%22:%22type%20LIKE%20'//x%22%7D",
          "earliest",
          "latest",
          "AZ4hLbdHdAHZ0JS_poq_aAA",
          "2018-04-05T17:31:00Z",
          "9999999999999999d",
          "PT0.001S",
          "1ms",
          "a".repeat(300),
          ";a=b",
          "*",
          "0.1-1",
          "1-1",
          "'%22%3Cscript%3E");

  private static final List<String> TYPES =
      List.of(
          "application/json",
          "application/cloudevents+json",
          "application/cloudevents-batch+json",
          "text/plain",
          "image/png",
          "application/json; charset=utf-16",
          "nonsense");

  private static final List<String> HEADERS =
      List.of(
          "Last-Event-ID: AZ4hLbdHdAHZ0JS_poq_aAA",
          "Last-Event-ID: 2.AZ4hLbdHdAHZ0JS_poq_aAA.",
          "ce-specversion: 1.0",
          "ce-id: 1",
          "ce-source: /s",
          "ce-type: t",
          "ce-subject: %ff",
          "ce-authid: root",
          "Penstock-Deliver-After: 1ms",
          "Penstock-Deliver-After: PT-1S",
          "Idempotency-Key: \"k\"",
          "If-None-Match: \"x\"",
          "Accept: text/event-stream",
          "Accept: ;;;",
          "Content-Encoding: gzip",
          "Content-Encoding: br",
          "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
          "Origin: http://evil.example",
          "Cookie: a=b",
          "Authorization: Bearer x.y.z",
          "X-HTTP-Method-Override: DELETE",
          "penstock-refused: target");

  private static final List<String> BODIES =
      List.of(
          "",
          "null",
          "[]",
          "{}",
          "{\"a\":1}",
          "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\",\"subject\":\"a\",\"data\":{\"n\":1}}",
          "[{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\"},{\"specversion\":\"1.0\"}]",
          "{\"ackIds\":[\"AQABAgMEBQYHAACFAQMB\"],\"delay\":\"1ms\"}",
          "{\"max\":256,\"wait\":\"1ms\",\"consumer\":\"c\"}",
          "{\"start\":\"latest\",\"ordered\":true,\"backoff\":[\"1ms\"]}",
          "{\"filter\":{\"sql\":\"n + 1 >= 'x' OR EXISTS n\"}}",
          "{\"to\":\"earliest\"}",
          "{\"at\":\"2030-01-01T00:00:00Z\",\"deliverAt\":\"2030-01-01T00:00:00Z\"}",
          "{\"ttl\":\"10s\",\"data\":{\"x\":[]}}",
          "{\"a\":" + "[".repeat(600) + "]".repeat(600) + "}");

  private static final String BENDS = "\"\\{}[]:,-+.eE019 \ntfnu/é\u0000";

  private final List<Operation> operations = new ArrayList<>();
  private final List<String> names;
  private final List<String> callers;
  private final long seed;
  private SplittableRandom random = new SplittableRandom(0);

  /**
   * @param api the OpenAPI document, without references that parameters would have
   * @param names of streams, views and whatever else there is, so that some requests hit
   * @param callers what is said of who calls, each a header with its end, or nothing
   */
  RequestGenerator(JsonNode api, List<String> names, List<String> callers, long seed) {
    this.names = names;
    this.callers = callers;
    this.seed = seed;
    for (Map.Entry<String, JsonNode> path : api.path("paths").properties()) {
      for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
        if (METHODS.contains(operation.getKey())) {
          operations.add(Operation.of(operation.getKey(), path.getKey(), operation.getValue()));
        }
      }
    }
  }

  int operations() {
    return operations.size();
  }

  Request request(long number) {
    // far from those of its neighbours: the generator mixes what it is given
    random = new SplittableRandom(seed << 32 ^ number);
    Operation operation = one(operations);
    String method = chance(30) ? one(METHODS) : operation.method();
    StringBuilder target = new StringBuilder(operation.path());
    for (int open = target.indexOf("{"); open >= 0; open = target.indexOf("{")) {
      target.replace(open, target.indexOf("}") + 1, chance(6) ? one(STRANGE) : one(names));
    }
    query(target, operation.query());
    var headers = new StringBuilder(one(callers));
    while (chance(3)) {
      headers.append(one(HEADERS)).append("\r\n");
    }
    byte[] body = {};
    if (operation.takesBody() || chance(20)) {
      headers.append("Content-Type: ").append(one(TYPES)).append("\r\n");
      body = body(operation.bodies());
    }
    return new Request(method.toUpperCase(Locale.ROOT), target + "", headers + "", body);
  }

  private void query(StringBuilder target, List<Parameter> parameters) {
    char separator = '?';
    for (Parameter parameter : parameters) {
      if (chance(3)) {
        do {
          String value = chance(2) ? one(STRANGE) : good(parameter);
          target.append(separator).append(parameter.name()).append('=');
          target.append(value);
          separator = '&';
        } while (chance(8));
      }
    }
    if (chance(20)) {
      target.append(separator).append(one(STRANGE)).append('=').append(one(STRANGE));
    }
  }

  private String good(Parameter parameter) {
    if (parameter.isNumber()) {
      return Integer.toString(random.nextInt(20));
    }
    return parameter.example().isEmpty() ? one(names) : parameter.example();
  }

  private byte[] body(List<String> examples) {
    String text = examples.isEmpty() || chance(2) ? one(BODIES) : one(examples);
    var bent = new StringBuilder(text);
    while (!bent.isEmpty() && chance(3)) {
      int at = random.nextInt(bent.length());
      switch (random.nextInt(3)) {
        case 0 -> bent.setCharAt(at, BENDS.charAt(random.nextInt(BENDS.length())));
        case 1 -> bent.insert(at, BENDS.charAt(random.nextInt(BENDS.length())));
        default -> bent.delete(at, Math.min(bent.length(), at + 1 + random.nextInt(10)));
      }
    }
    byte[] body = bent.toString().getBytes(StandardCharsets.UTF_8);
    if (body.length > 0 && chance(20)) {
      body[random.nextInt(body.length)] = (byte) random.nextInt();
    }
    return body;
  }

  private boolean chance(int ofThese) {
    return random.nextInt(ofThese) == 0;
  }

  private <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }
}
