package penstock.feed.http;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;
import static penstock.Requests.given;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;
import penstock.feed.DisconnectReason;
import penstock.feed.FeedClient;
import penstock.redis.RedisResource;
import penstock.stream.ResetReason;

/**
 * Holds docs/asyncapi.yaml against what feeds really send. Objects are taken more strictly than the
 * page has them: a member that it does not name is an error.
 */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(FeedDescriptionTest.Settings.class)
class FeedDescriptionTest {

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "penstock.streams.told.partitions", "1",
          "penstock.views.told.stream", "told",
          "penstock.views.told.fold", "merge",
          "penstock.views.told.key", "subject",
          "penstock.views.told.deletes", "told.closed");
    }
  }

  private static final String LOCATION = "https://penstock.example/asyncapi";
  private static final ObjectMapper JSON = new ObjectMapper();

  @TestHTTPResource URI base;

  private final JsonNode description = read();
  private final JsonSchemaFactory schemas = schemas();

  private static JsonNode read() {
    try {
      return JSON.valueToTree(new Yaml().load(Files.readString(Path.of("docs", "asyncapi.yaml"))));
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private JsonSchemaFactory schemas() {
    JsonNode strict = description.deepCopy();
    close(strict.path("components"));
    return JsonSchemaFactory.getInstance(
        SpecVersion.VersionFlag.V202012,
        builder -> builder.schemaLoaders(it -> it.schemas(Map.of(LOCATION, strict.toString()))));
  }

  private static void close(JsonNode node) {
    // An event has extensions of any name.
    if (node instanceof ObjectNode object
        && object.path("properties").isObject()
        && !object.at("/properties/specversion").isObject()) {
      object.put("additionalProperties", false);
    }
    node.forEach(FeedDescriptionTest::close);
  }

  private JsonSchema payload(String message) {
    return schemas.getSchema(
        SchemaLocation.of(LOCATION + "#/components/messages/" + message + "/payload"));
  }

  /** The messages of a channel, by their names in it. */
  private Map<String, JsonNode> messages(String channel) {
    return description.at("/channels/" + channel + "/messages").properties().stream()
        .map(entry -> entry.getValue().path("$ref").asText())
        .collect(
            Collectors.toMap(
                ref -> ref.substring(ref.lastIndexOf('/') + 1),
                ref -> description.at(ref.substring(1))));
  }

  /** What the channel says of such a message; one of several of the same name that fits. */
  private void check(String channel, FeedClient.Message sent, Set<String> seen) {
    List<String> fitting =
        messages(channel).entrySet().stream()
            .filter(told -> told.getValue().path("name").asText().equals(sent.event()))
            .filter(
                told -> payload(told.getKey()).validate(sent.data(), InputFormat.JSON).isEmpty())
            .map(Map.Entry::getKey)
            .toList();
    assertThat(fitting).as("%s: %s", channel, sent).isNotEmpty();
    seen.addAll(fitting);
  }

  private static void append(String type, String subject) {
    given()
        .contentType("application/cloudevents+json")
        .body(
            "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/t\",\"type\":\"%s\",\"subject\":\"%s\",\"data\":{\"a\":1}}"
                .formatted(type + subject, type, subject))
        .post("/streams/told/events")
        .then()
        .statusCode(201);
  }

  private Set<String> check(String channel, String path, String lastEventId, int messages) {
    var seen = new TreeSet<String>();
    try (FeedClient feed = FeedClient.open(base.getPort(), path, lastEventId)) {
      await().until(() -> feed.messages().size() >= messages);
      feed.messages().forEach(message -> check(channel, message, seen));
    }
    return seen;
  }

  @Test
  void whatIsSentIsDescribed() {
    append("told.placed", "first");
    append("told.placed", "second");
    append("told.closed", "second");
    assertThat(check("streamFeed", "/streams/told/feed?cursor=earliest", null, 4))
        .contains("message", "caughtUp");
    assertThat(check("streamFeed", "/streams/told/feed", "nonsense", 5)).contains("reset");

    try (FeedClient view = FeedClient.open(base.getPort(), "/views/told/feed", null)) {
      await().until(() -> !view.messages("caught-up").isEmpty());
      append("told.placed", "third");
      append("told.closed", "first");
      await().until(() -> view.messages("change").size() >= 2);
      var seen = new TreeSet<String>();
      view.messages().forEach(message -> check("viewFeed", message, seen));
      assertThat(seen).contains("snapshot", "caughtUp", "change");
    }
    assertThat(check("viewFeed", "/views/told/feed", "nonsense", 3))
        .contains("viewReset", "snapshot");
    String both = "/feed?stream=told&view=told&cursor=earliest";
    assertThat(check("combinedFeed", both, null, 8))
        .contains("combinedEvent", "combinedSnapshot", "combinedCaughtUp");
    assertThat(check("combinedFeed", both, "nonsense", 10)).contains("combinedReset");
  }

  @Test
  void examplesAreWhatTheyAreExamplesOf() {
    description
        .at("/components/messages")
        .properties()
        .forEach(
            message ->
                message
                    .getValue()
                    .path("examples")
                    .forEach(
                        example ->
                            assertThat(
                                    payload(message.getKey())
                                        .validate(
                                            example.path("payload").toString(), InputFormat.JSON))
                                .as(message.getKey())
                                .isEmpty()));
  }

  private Set<String> reasons(String message) {
    var reasons = new TreeSet<String>();
    description
        .at("/components/messages/" + message + "/payload/properties/reason/enum")
        .forEach(reason -> reasons.add(reason.asText()));
    return reasons;
  }

  private static Set<String> words(Stream<?> constants) {
    return constants.map(Object::toString).collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void allReasonsAreDescribed() {
    assertThat(description.path("asyncapi").asText()).isEqualTo("3.0.0");
    assertThat(reasons("viewReset")).isEqualTo(words(Arrays.stream(ResetReason.values())));
    assertThat(reasons("reset"))
        .isEqualTo(words(EnumSet.complementOf(EnumSet.of(ResetReason.REBUILT)).stream()));
    // Whoever was given up, or lasted long enough, is told nothing.
    assertThat(reasons("unavailable"))
        .isEqualTo(
            words(
                EnumSet.complementOf(
                    EnumSet.of(
                        DisconnectReason.CLIENT, DisconnectReason.SLOW, DisconnectReason.LIFETIME))
                    .stream()));
  }
}
