package penstock;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;
import penstock.redis.RedisServer;

/** deployment/compose.yaml fits together, and its Redis is what Penstock wants. */
class ComposeTest {

  private static final Path DEPLOYMENT = Path.of("deployment");
  private static final Path COMPOSE = DEPLOYMENT.resolve("compose.yaml");
  private static final Path STATEFUL_SET =
      Path.of("k8s", "components", "redis", "stateful-set.yaml");
  private static final ObjectMapper JSON = new ObjectMapper();

  private static JsonNode yaml(Path file) throws IOException {
    return JSON.valueToTree(new Yaml().load(Files.readString(file)));
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }

  @Test
  void isWellFormed() throws IOException {
    try (var schema = getClass().getResourceAsStream("/compose.json")) {
      assertThat(
              JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                  .getSchema(schema)
                  .validate(yaml(COMPOSE)))
          .isEmpty();
    }
  }

  @Test
  void whatItNamesIsThere() throws IOException {
    JsonNode compose = yaml(COMPOSE);
    JsonNode services = compose.path("services");
    Set<String> volumes = new TreeSet<>();
    compose.path("volumes").fieldNames().forEachRemaining(volumes::add);
    for (var service : services.properties()) {
      JsonNode of = service.getValue();
      assertThat(of.path("image").asText()).as(service.getKey()).matches(".+:[^:]+");
      of.path("ports").forEach(port -> assertThat(port.asText()).startsWith("127.0.0.1:"));
      List<String> before = texts(of.path("depends_on"));
      of.path("depends_on").fieldNames().forEachRemaining(before::add);
      before.removeIf(String::isEmpty);
      before.removeIf(name -> name.equals("service_healthy"));
      assertThat(before).allMatch(services::has);
      for (String volume : texts(of.path("volumes"))) {
        String source = volume.split(":")[0];
        if (source.startsWith(".")) {
          assertThat(DEPLOYMENT.resolve(source)).exists();
        } else {
          assertThat(volumes.remove(source)).as(volume).isTrue();
        }
      }
    }
    assertThat(volumes).as("not used").isEmpty();
    JsonNode build = services.at("/penstock/build");
    Path context = DEPLOYMENT.resolve(build.path("context").asText()).normalize();
    assertThat(context.resolve(build.path("dockerfile").asText())).exists();
    assertThat(services.at("/penstock/environment/QUARKUS_REDIS_HOSTS").asText())
        .isEqualTo("redis://valkey:6379");

    JsonNode prometheus = yaml(DEPLOYMENT.resolve("prometheus/prometheus.yaml"));
    assertThat(texts(prometheus.path("rule_files")))
        .allMatch(rules -> Files.exists(DEPLOYMENT.resolve("prometheus").resolve(rules)));
    assertThat(prometheus.at("/scrape_configs/0/static_configs/0/targets/0").asText())
        .isEqualTo("penstock:9000");
    JsonNode source = yaml(DEPLOYMENT.resolve("grafana/provisioning/datasources/prometheus.yaml"));
    assertThat(source.at("/datasources/0/url").asText()).isEqualTo("http://prometheus:9090");
    JsonNode provider = yaml(DEPLOYMENT.resolve("grafana/provisioning/dashboards/penstock.yaml"));
    assertThat(texts(services.at("/grafana/volumes")))
        .anyMatch(
            volume ->
                volume.contains(
                    "penstock.json:" + provider.at("/providers/0/options/path").asText() + "/"));
  }

  /** The engine waits longer than a shutdown takes. */
  @Test
  void thereIsTimeForAShutdown() throws IOException {
    Properties defaults = new Properties();
    try (var in =
        Files.newBufferedReader(
            Path.of("src", "main", "resources", "application.properties"),
            StandardCharsets.UTF_8)) {
      defaults.load(in);
    }
    Duration shutdown =
        seconds(defaults.getProperty("%prod.quarkus.shutdown.delay"))
            .plus(seconds(defaults.getProperty("%prod.quarkus.shutdown.timeout")));
    assertThat(seconds(yaml(COMPOSE).at("/services/penstock/stop_grace_period").asText()))
        .isGreaterThan(shutdown);
  }

  private static Duration seconds(String text) {
    return Duration.parse("PT" + text);
  }

  /**
   * The options of both Redis servers are the same, and a real one takes them as they are meant.
   */
  @Test
  void theirRedisIsWhatPenstockWants() throws IOException {
    List<String> options = texts(yaml(COMPOSE).at("/services/valkey/command"));
    assertThat(texts(yaml(STATEFUL_SET).at("/spec/template/spec/containers/0/args")))
        .isEqualTo(options);
    assertThat(options.subList(0, 3)).containsExactly("valkey-server", "--dir", "/data");
    List<String> others = options.subList(3, options.size());
    try (var redis = RedisServer.start(others.toArray(String[]::new))) {
      for (int i = 0; i < others.size(); i += 2) {
        Object set = ((List<?>) redis.ask("CONFIG", "GET", others.get(i).substring(2))).getLast();
        String wanted = others.get(i + 1).replace("640mb", "" + 640 * 1024 * 1024);
        assertThat(set).as(others.get(i)).isEqualTo(wanted);
      }
    }
  }

  /** Without {@code -e} a probe takes an error for an answer. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theProbeSucceedsOnlyIfRedisAnswersWell(boolean well) throws Exception {
    List<String> probe =
        new ArrayList<>(texts(yaml(COMPOSE).at("/services/valkey/healthcheck/test")));
    assertThat(probe).startsWith("CMD", "valkey-cli");
    try (var redis = RedisServer.start()) {
      List<String> command = new ArrayList<>(List.of("redis-cli", "-p", "" + redis.port()));
      command.addAll(probe.subList(2, probe.size()));
      if (!well) {
        redis.ask("CONFIG", "SET", "requirepass", "secret");
      }
      int exit = new ProcessBuilder(command).start().waitFor();
      assertThat(exit == 0).isEqualTo(well);
      if (!well) {
        command.remove("-e");
        assertThat(new ProcessBuilder(command).start().waitFor()).as("without -e").isZero();
      }
    }
  }
}
