package penstock;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The served OpenAPI document, and what it says of bodies. Objects are taken more strictly than the
 * document has them: a member that it does not name is an error, so that none is forgotten in it.
 */
final class ApiDescription {

  private static final String LOCATION = "https://penstock.example/openapi";
  private static final Set<String> METHODS =
      Set.of("get", "head", "post", "put", "delete", "patch");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final JsonNode document;
  private final JsonSchemaFactory schemas;

  ApiDescription(String json) {
    try {
      document = JSON.readTree(json);
      JsonNode strict = document.deepCopy();
      close(strict.at("/components/schemas"));
      String text = JSON.writeValueAsString(strict);
      schemas =
          JsonSchemaFactory.getInstance(
              SpecVersion.VersionFlag.V202012,
              builder -> builder.schemaLoaders(loaders -> loaders.schemas(Map.of(LOCATION, text))));
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void close(JsonNode node) {
    if (node instanceof ObjectNode object
        && object.path("properties").isObject()
        && !object.has("additionalProperties")) {
      object.put("additionalProperties", false);
    }
    node.forEach(ApiDescription::close);
  }

  JsonNode document() {
    return document;
  }

  /** Method and path of each operation, such as {@code GET /streams/{stream}}. */
  Map<String, JsonNode> operations() {
    var operations = new TreeMap<String, JsonNode>();
    document
        .path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue().properties().stream()
                    .filter(member -> METHODS.contains(member.getKey()))
                    .forEach(
                        member ->
                            operations.put(
                                member.getKey().toUpperCase(java.util.Locale.ROOT)
                                    + " "
                                    + path.getKey(),
                                member.getValue())));
    return operations;
  }

  /** Operation and status of each response that is told of, such as {@code GET /streams 200}. */
  Set<String> responses() {
    var all = new TreeSet<String>();
    operations()
        .forEach(
            (operation, told) ->
                told.path("responses")
                    .fieldNames()
                    .forEachRemaining(status -> all.add(operation + " " + status)));
    return all;
  }

  private record Found(JsonNode node, String pointer) {}

  private Found follow(JsonNode node, String pointer) {
    return node.has("$ref")
        ? follow(
            document.at(node.get("$ref").asText().substring(1)),
            node.get("$ref").asText().substring(1))
        : new Found(node, pointer);
  }

  private Found response(String operation, int status) {
    int blank = operation.indexOf(' ');
    String pointer =
        "/paths/"
            + escape(operation.substring(blank + 1))
            + "/"
            + operation.substring(0, blank).toLowerCase(java.util.Locale.ROOT)
            + "/responses/"
            + status;
    return follow(document.at(pointer), pointer);
  }

  private static String escape(String member) {
    return member.replace("~", "~0").replace("/", "~1");
  }

  /** The headers that the response must have. */
  List<String> requiredHeaders(String operation, int status) {
    return response(operation, status).node().path("headers").properties().stream()
        .filter(header -> follow(header.getValue(), "").node().path("required").asBoolean())
        .map(Map.Entry::getKey)
        .toList();
  }

  /** The media types of the response; empty if it has no body, or is not told of. */
  Set<String> mediaTypes(String operation, int status) {
    var types = new TreeSet<String>();
    response(operation, status).node().path("content").fieldNames().forEachRemaining(types::add);
    return types;
  }

  /** The slugs of the problems that the response may be. */
  Set<String> problems(String operation, int status) {
    var slugs = new TreeSet<String>();
    response(operation, status)
        .node()
        .path("content")
        .path("application/problem+json")
        .path("examples")
        .fieldNames()
        .forEachRemaining(slugs::add);
    return slugs;
  }

  /** What is wrong with a response's body. */
  Set<ValidationMessage> check(String operation, int status, String mediaType, String body) {
    Found found = response(operation, status);
    if (found.node() instanceof MissingNode) {
      throw new AssertionError("not told of: " + operation + " " + status);
    }
    return validate(found.pointer() + "/content/" + escape(mediaType) + "/schema", body);
  }

  private Set<ValidationMessage> validate(String pointer, String body) {
    return schemas
        .getSchema(
            SchemaLocation.of(LOCATION + "#" + pointer.replace("{", "%7B").replace("}", "%7D")))
        .validate(body, InputFormat.JSON);
  }

  Set<ValidationMessage> checkAgainst(String schema, String body) {
    return validate("/components/schemas/" + schema, body);
  }

  /** By pointer, the examples that do not fit their schemas. */
  Map<String, Object> brokenExamples() {
    var broken = new LinkedHashMap<String, Object>();
    examples(document, "", broken);
    return broken;
  }

  private void examples(JsonNode node, String pointer, Map<String, Object> broken) {
    if (node.has("schema") && (node.has("example") || node.has("examples"))) {
      if (node.has("example")) {
        example(node.get("example"), pointer, broken);
      }
      node.path("examples")
          .properties()
          .forEach(
              one -> example(follow(one.getValue(), "").node().path("value"), pointer, broken));
    }
    node.properties()
        .forEach(
            member -> examples(member.getValue(), pointer + "/" + escape(member.getKey()), broken));
    for (int i = 0; node.isArray() && i < node.size(); i++) {
      examples(node.get(i), pointer + "/" + i, broken);
    }
  }

  private void example(JsonNode example, String pointer, Map<String, Object> broken) {
    Set<ValidationMessage> wrong = validate(pointer + "/schema", example.toString());
    if (!wrong.isEmpty()) {
      broken.put(pointer, wrong);
    }
  }
}
