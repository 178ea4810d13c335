package penstock.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.kubernetes.Manifests.nameOf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/**
 * What kubectl makes of every overlay, component and example: that it is what it says, and safe.
 */
class ManifestsTest {

  private static final Path OVERLAYS = Manifests.ROOT.resolve("overlays");
  private static final Path COMPONENTS = Manifests.ROOT.resolve("components");
  private static final Path PROPERTIES =
      Path.of("src", "main", "resources", "application.properties");

  /** The first part of the path of a resource, as its class has it. */
  private static final Pattern ROOT_PATH = Pattern.compile("(?m)^@Path\\(\"(/[a-z]+)");

  /** What a JVM takes for its start, as measured; see docs/kubernetes.md. */
  private static final double JVM_START_CPU_SECONDS = 9;

  /** What else may make a start slow. */
  private static final int STARTS_MARGIN = 4;

  private static final Set<String> VOLUMES_OF_RESTRICTED =
      Set.of(
          "configMap",
          "csi",
          "downwardAPI",
          "emptyDir",
          "ephemeral",
          "persistentVolumeClaim",
          "projected",
          "secret");

  @TempDir(factory = InProject.class)
  Path directory;

  @BeforeAll
  static void kubectl() {
    Manifests.assumeKubectl();
  }

  static List<Path> folders() {
    return Manifests.folders();
  }

  static List<Path> components() {
    return Manifests.components();
  }

  /** Each overlay and example by itself. */
  @ParameterizedTest
  @MethodSource("folders")
  void holdsOnlyWhatTheApiKnows(Path folder) {
    check(Manifests.of(folder));
  }

  /** Each component with the overlays that production would put it on, Redis inside and outside. */
  @ParameterizedTest
  @MethodSource("components")
  void aComponentFitsTheOverlays(Path component) {
    for (String overlay : List.of("embedded-redis", "external-redis", "jvm")) {
      if (overlay.equals("embedded-redis") && component.endsWith("redis")
          || Set.of("jvm", "native").contains(component.getFileName().toString())) {
        continue;
      }
      check(
          Manifests.of(directory.resolve(overlay), OVERLAYS.resolve(overlay), List.of(component)));
    }
  }

  /**
   * All that goes together; the namespace comes last, since it is given to what is there by then.
   */
  @Test
  void componentsFitEachOther() {
    for (String scaler : List.of("hpa", "keda")) {
      List<Path> components =
          Stream.of(
                  "prometheus-operator",
                  "grafana",
                  "ingress",
                  "gateway",
                  "issuers",
                  scaler,
                  "namespace")
              .map(COMPONENTS::resolve)
              .toList();
      Manifests whole =
          Manifests.of(directory.resolve(scaler), OVERLAYS.resolve("embedded-redis"), components);
      check(whole);
      assertThat(whole.deployment().at("/spec/replicas").isMissingNode()).as("theirs").isTrue();
      for (JsonNode object : whole.all()) {
        if (!object.path("kind").asText().equals("Namespace")) {
          assertThat(object.at("/metadata/namespace").asText())
              .as("%s", object.path("kind"))
              .isEqualTo("penstock");
        }
      }
    }
  }

  private static void check(Manifests manifests) {
    var names = new HashSet<String>();
    for (JsonNode object : manifests.all()) {
      String name = object.path("kind").asText() + " " + nameOf(object);
      assertThat(names.add(name)).as(name).isTrue();
      assertThat(StrictModel.errors(object)).as(name).isEmpty();
    }
    for (JsonNode template : manifests.podTemplates()) {
      assertThat(againstRestricted(template)).as("%s", template.at("/metadata")).isEmpty();
    }
    assertThat(dangling(manifests)).isEmpty();
  }

  /** What the restricted profile of Pod Security forbids, and a root that can be written to. */
  private static List<String> againstRestricted(JsonNode template) {
    List<String> against = new ArrayList<>();
    JsonNode pod = template.path("spec");
    for (String shared : List.of("hostNetwork", "hostPID", "hostIPC")) {
      if (pod.path(shared).asBoolean()) {
        against.add(shared);
      }
    }
    if (!pod.at("/securityContext/runAsNonRoot").asBoolean()) {
      against.add("runAsNonRoot");
    }
    if (!pod.at("/securityContext/seccompProfile/type").asText().equals("RuntimeDefault")) {
      against.add("seccompProfile");
    }
    if (pod.path("automountServiceAccountToken").asBoolean(true)) {
      against.add("automountServiceAccountToken");
    }
    for (JsonNode volume : pod.path("volumes")) {
      volume
          .fieldNames()
          .forEachRemaining(
              field -> {
                if (!field.equals("name") && !VOLUMES_OF_RESTRICTED.contains(field)) {
                  against.add("volume " + field);
                }
              });
    }
    for (JsonNode container : pod.path("containers")) {
      JsonNode security = container.path("securityContext");
      if (security.path("allowPrivilegeEscalation").asBoolean(true)) {
        against.add("allowPrivilegeEscalation");
      }
      if (!security.at("/capabilities/drop/0").asText().equals("ALL")
          || security.at("/capabilities").has("add")) {
        against.add("capabilities");
      }
      if (security.path("privileged").asBoolean()
          || security.at("/runAsUser").asInt(1) == 0
          || !security.path("readOnlyRootFilesystem").asBoolean()) {
        against.add("privileged, root or a root file system that can be written to");
      }
      for (JsonNode port : container.path("ports")) {
        if (port.has("hostPort")) {
          against.add("hostPort");
        }
      }
      if (container.at("/resources/limits/memory").isMissingNode()
          || !container
              .at("/resources/limits/memory")
              .equals(container.at("/resources/requests/memory"))) {
        against.add("memory that is not its own");
      }
    }
    return against;
  }

  /** Names and labels that lead to nothing. */
  private static List<String> dangling(Manifests manifests) {
    List<String> dangling = new ArrayList<>();
    List<JsonNode> templates = manifests.podTemplates();
    for (JsonNode template : templates) {
      for (JsonNode container : template.at("/spec/containers")) {
        for (JsonNode from : container.path("envFrom")) {
          need(manifests, dangling, "ConfigMap", from.at("/configMapRef/name").asText());
        }
      }
      for (JsonNode volume : template.at("/spec/volumes")) {
        if (volume.has("configMap")) {
          need(manifests, dangling, "ConfigMap", volume.at("/configMap/name").asText());
        }
      }
    }
    List<JsonNode> workloads = new ArrayList<>(manifests.ofKind("Deployment"));
    workloads.addAll(manifests.ofKind("StatefulSet"));
    for (JsonNode workload : workloads) {
      if (!selects(workload.at("/spec/selector/matchLabels"), workload.at("/spec/template"))) {
        dangling.add("selector of " + nameOf(workload));
      }
    }
    if (templates.isEmpty()) {
      return dangling;
    }
    for (JsonNode service : manifests.ofKind("Service")) {
      JsonNode selector = service.at("/spec/selector");
      JsonNode selected =
          templates.stream().filter(pod -> selects(selector, pod)).findFirst().orElse(null);
      if (selected == null) {
        dangling.add("selector of service " + nameOf(service));
        continue;
      }
      for (JsonNode port : service.at("/spec/ports")) {
        if (!portNames(selected).contains(port.path("targetPort").asText())) {
          dangling.add("port of service " + nameOf(service));
        }
      }
    }
    for (String scaler : List.of("HorizontalPodAutoscaler", "ScaledObject")) {
      for (JsonNode object : manifests.ofKind(scaler)) {
        need(manifests, dangling, "Deployment", object.at("/spec/scaleTargetRef/name").asText());
      }
    }
    for (JsonNode ingress : manifests.ofKind("Ingress")) {
      for (JsonNode path : ingress.at("/spec/rules/0/http/paths")) {
        need(manifests, dangling, "Service", path.at("/backend/service/name").asText());
      }
    }
    for (JsonNode route : manifests.ofKind("HTTPRoute")) {
      need(manifests, dangling, "Gateway", route.at("/spec/parentRefs/0/name").asText());
      need(manifests, dangling, "Service", route.at("/spec/rules/0/backendRefs/0/name").asText());
    }
    for (String kind : List.of("PodDisruptionBudget", "PodMonitor")) {
      for (JsonNode object : manifests.ofKind(kind)) {
        JsonNode selector = object.at("/spec/selector/matchLabels");
        if (templates.stream().noneMatch(pod -> selects(selector, pod))) {
          dangling.add("selector of " + kind);
        }
      }
    }
    return dangling;
  }

  private static void need(Manifests manifests, List<String> dangling, String kind, String name) {
    if (!manifests.has(kind, name)) {
      dangling.add(kind + " " + name);
    }
  }

  private static boolean selects(JsonNode labels, JsonNode template) {
    JsonNode has = template.at("/metadata/labels");
    return !labels.isEmpty()
        && labels.properties().stream()
            .allMatch(label -> label.getValue().equals(has.path(label.getKey())));
  }

  private static Set<String> portNames(JsonNode template) {
    var names = new TreeSet<String>();
    template.at("/spec/containers/0/ports").forEach(port -> names.add(port.path("name").asText()));
    return names;
  }

  /**
   * Whatever is set: the kubelet waits longer than a shutdown takes, and a balancer has its time.
   */
  @ParameterizedTest
  @ValueSource(strings = {"jvm", "native", "embedded-redis", "external-redis", "dev"})
  void theGracePeriodIsLongerThanAShutdown(String overlay) throws IOException {
    Manifests manifests = Manifests.of(OVERLAYS.resolve(overlay));
    JsonNode settings = manifests.settings();
    Duration delay = seconds(settings.path("QUARKUS_SHUTDOWN_DELAY").asText());
    Duration timeout = seconds(settings.path("QUARKUS_SHUTDOWN_TIMEOUT").asText());
    Duration drain = seconds(settings.path("PENSTOCK_FEED_DRAIN_TIME").asText());
    Properties defaults = new Properties();
    try (var in = Files.newBufferedReader(PROPERTIES, StandardCharsets.UTF_8)) {
      defaults.load(in);
    }
    assertThat(delay).isEqualTo(seconds(defaults.getProperty("%prod.quarkus.shutdown.delay")));
    assertThat(timeout).isEqualTo(seconds(defaults.getProperty("%prod.quarkus.shutdown.timeout")));
    assertThat(drain).isLessThanOrEqualTo(delay.plus(timeout));
    Duration grace =
        Duration.ofSeconds(
            manifests.deployment().at("/spec/template/spec/terminationGracePeriodSeconds").asInt());
    assertThat(grace).isGreaterThanOrEqualTo(delay.plus(timeout).plusSeconds(10));
  }

  private static Duration seconds(String text) {
    assertThat(text).matches("\\d+s");
    return Duration.parse("PT" + text);
  }

  /** A JVM starts in time even with no more CPU than it asks for. */
  @Test
  void theStartUpProbeIsPatient() {
    JsonNode container =
        Manifests.of(OVERLAYS.resolve("jvm")).deployment().at("/spec/template/spec/containers/0");
    int millis =
        Integer.parseInt(container.at("/resources/requests/cpu").asText().replace("m", ""));
    JsonNode probe = container.path("startupProbe");
    int patience = probe.path("failureThreshold").asInt() * probe.path("periodSeconds").asInt();
    assertThat((double) patience)
        .isGreaterThanOrEqualTo(STARTS_MARGIN * JVM_START_CPU_SECONDS * 1000 / millis);
  }

  /** A changed setting, stream or view changes the pods' template, so that it is rolled out. */
  @Test
  void aChangedConfigMapIsRolledOut() throws IOException {
    Path copy = directory.resolve("k8s");
    try (var files = Files.walk(Manifests.ROOT)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path to = copy.resolve(Manifests.ROOT.relativize(file).toString());
        Files.createDirectories(to.getParent());
        Files.copy(file, to);
      }
    }
    Path overlay = copy.resolve("overlays/native");
    JsonNode before = Manifests.of(overlay).deployment().at("/spec/template");
    for (String file : List.of("application.yaml", "settings.env")) {
      Path changed = copy.resolve("base").resolve(file);
      Files.writeString(
          changed, Files.readString(changed).replace("2m", "3m").replace("=5s", "=6s"));
      JsonNode after = Manifests.of(overlay).deployment().at("/spec/template");
      assertThat(after).as(file).isNotEqualTo(before);
      before = after;
    }
  }

  @Test
  void redisIsReachedByAnAddressThatStaysAndAskedAloud() {
    Manifests manifests = Manifests.of(OVERLAYS.resolve("embedded-redis"));
    assertThat(manifests.one("Service", "penstock-redis").at("/spec/clusterIP").asText())
        .isNotEqualTo("None");
    JsonNode container =
        manifests.one("StatefulSet", "penstock-redis").at("/spec/template/spec/containers/0");
    List<String> arguments = texts(container.path("args"));
    assertThat(arguments)
        .containsSequence("--appendonly", "yes")
        .containsSequence("--maxmemory-policy", "noeviction")
        .containsSequence("--protected-mode", "no");
    for (String probe : List.of("startupProbe", "readinessProbe")) {
      assertThat(texts(container.path(probe).at("/exec/command"))).contains("-e", "ping");
    }
    assertThat(manifests.settings().path("QUARKUS_REDIS_HOSTS").asText())
        .isEqualTo("redis://penstock-redis:6379");
  }

  @Test
  void anExternalRedisIsKeptInASecret() {
    Manifests manifests = Manifests.of(OVERLAYS.resolve("external-redis"));
    JsonNode environment = manifests.deployment().at("/spec/template/spec/containers/0/env");
    for (String name : List.of("QUARKUS_REDIS_HOSTS", "QUARKUS_REDIS_PASSWORD")) {
      assertThat(environment)
          .filteredOn(variable -> variable.path("name").asText().equals(name))
          .singleElement()
          .matches(
              variable ->
                  variable.at("/valueFrom/secretKeyRef/name").asText().equals("penstock-redis"));
    }
    assertThat(manifests.ofKind("StatefulSet")).isEmpty();
    assertThat(manifests.ofKind("Secret")).isEmpty();
    assertThat(egress(manifests.one("NetworkPolicy", "penstock"))).contains("6379", "6380", "53");
  }

  /** To Redis and the cluster's DNS, and with the component to issuers; from nobody by default. */
  @Test
  void theNetworkIsClosedButForWhatIsNeeded() {
    Manifests manifests = Manifests.of(OVERLAYS.resolve("embedded-redis"));
    JsonNode policy = manifests.one("NetworkPolicy", "penstock").path("spec");
    assertThat(texts(policy.path("policyTypes"))).containsExactly("Ingress", "Egress");
    assertThat(egress(manifests.one("NetworkPolicy", "penstock"))).containsExactly("53", "6379");
    for (JsonNode rule : policy.path("ingress")) {
      assertThat(rule.path("from"))
          .isNotEmpty()
          .allMatch(from -> !from.elements().next().isEmpty());
      assertThat(rule.path("ports")).hasSize(1);
    }
    JsonNode ofRedis = manifests.one("NetworkPolicy", "penstock-redis").path("spec");
    assertThat(texts(ofRedis.path("policyTypes"))).containsExactly("Ingress", "Egress");
    assertThat(ofRedis.has("egress")).as("Redis calls nobody").isFalse();
    assertThat(ofRedis.at("/ingress/0/from")).hasSize(1);

    Manifests issuers =
        Manifests.of(
            directory, OVERLAYS.resolve("embedded-redis"), List.of(COMPONENTS.resolve("issuers")));
    assertThat(egress(issuers.one("NetworkPolicy", "penstock-issuers"))).containsExactly("443");
  }

  private static Set<String> egress(JsonNode policy) {
    var ports = new TreeSet<String>();
    for (JsonNode rule : policy.at("/spec/egress")) {
      assertThat(rule.path("to")).isNotEmpty();
      rule.path("ports").forEach(port -> ports.add(port.path("port").asText()));
    }
    return ports;
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }

  /** Silent for a heartbeat, for an hour: no time-out on the way may be shorter. */
  @Test
  void proxiesWaitForFeeds() throws IOException {
    Manifests manifests =
        Manifests.of(
            directory,
            OVERLAYS.resolve("embedded-redis"),
            List.of(COMPONENTS.resolve("ingress"), COMPONENTS.resolve("gateway")));
    Duration heartbeat = setting("penstock.feed.heartbeat");
    JsonNode annotations = manifests.one("Ingress", "penstock").at("/metadata/annotations");
    String nginx = "nginx.ingress.kubernetes.io/";
    assertThat(annotations.path(nginx + "proxy-buffering").asText()).isEqualTo("off");
    assertThat(Duration.ofSeconds(annotations.path(nginx + "proxy-read-timeout").asInt()))
        .isGreaterThanOrEqualTo(heartbeat.multipliedBy(3));
    JsonNode timeouts = manifests.one("HTTPRoute", "penstock").at("/spec/rules/0/timeouts");
    assertThat(timeouts.path("request").asText()).isEqualTo("0s");
    assertThat(timeouts.path("backendRequest").asText()).isEqualTo("0s");
  }

  /** The whole API is let in, and nothing that is the cluster's. */
  @Test
  void theWaysInLeadToTheApiOnly() throws IOException {
    Manifests manifests =
        Manifests.of(
            directory,
            OVERLAYS.resolve("embedded-redis"),
            List.of(COMPONENTS.resolve("ingress"), COMPONENTS.resolve("gateway")));
    var api = new TreeSet<String>();
    try (var sources = Files.walk(Path.of("src", "main", "java"))) {
      for (Path source : sources.filter(path -> path.toString().endsWith(".java")).toList()) {
        Matcher path = ROOT_PATH.matcher(Files.readString(source));
        path.results().forEach(found -> api.add(found.group(1)));
      }
    }
    assertThat(api).contains("/streams", "/views", "/feed");
    var ingress = new TreeSet<String>();
    manifests
        .one("Ingress", "penstock")
        .at("/spec/rules/0/http/paths")
        .forEach(path -> ingress.add(path.path("path").asText()));
    var route = new TreeSet<String>();
    manifests
        .one("HTTPRoute", "penstock")
        .at("/spec/rules/0/matches")
        .forEach(match -> route.add(match.at("/path/value").asText()));
    assertThat(ingress).containsAll(api).isEqualTo(route).doesNotContain("/", "/q");
  }

  /**
   * Health and metrics are on a port of their own: who calls does not reach it, who scrapes nothing
   * else.
   */
  @Test
  void healthAndMetricsHaveAPortOfTheirOwn() {
    for (String overlay : List.of("dev", "embedded-redis", "external-redis")) {
      Manifests manifests =
          Manifests.of(
              directory.resolve("of-" + overlay),
              OVERLAYS.resolve(overlay),
              List.of(COMPONENTS.resolve("prometheus-operator")));
      JsonNode container = manifests.deployment().at("/spec/template/spec/containers/0");
      for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
        assertThat(container.path(probe).at("/httpGet/port").asText())
            .as(probe)
            .isEqualTo("management");
      }
      assertThat(
              manifests
                  .one("PodMonitor", "penstock")
                  .at("/spec/podMetricsEndpoints/0/port")
                  .asText())
          .isEqualTo("management");
      assertThat(manifests.one("Service", "penstock").findValuesAsText("targetPort"))
          .containsExactly("http");
      for (JsonNode rule : manifests.one("NetworkPolicy", "penstock").at("/spec/ingress")) {
        boolean scrapes = rule.path("from").toString().contains("monitoring");
        assertThat(rule.path("ports").findValuesAsText("port"))
            .as("%s", rule)
            .containsExactly(scrapes ? "management" : "http");
      }
      assertThat(manifests.one("NetworkPolicy", "penstock").at("/spec/ingress").toString())
          .contains("monitoring", "ingress-nginx");
    }
  }

  /** What an annotation has Prometheus scrape is that port. */
  @Test
  void theAnnotationNamesThePortOfMetrics() {
    JsonNode template = Manifests.of(OVERLAYS.resolve("jvm")).deployment().at("/spec/template");
    Set<String> ports = new TreeSet<>();
    for (JsonNode port : template.at("/spec/containers/0/ports")) {
      if (port.path("name").asText().equals("management")) {
        ports.add(port.path("containerPort").asText());
      }
    }
    assertThat(ports)
        .containsExactly(template.at("/metadata/annotations").path("prometheus.io/port").asText());
  }

  private static Duration setting(String name) throws IOException {
    Matcher row =
        Pattern.compile("(?m)^\\| `" + Pattern.quote(name) + "` \\| duration \\| `(\\d+s)` \\|")
            .matcher(Files.readString(Path.of("docs", "configuration.md")));
    assertThat(row.find()).as(name).isTrue();
    return seconds(row.group(1));
  }

  /**
   * The rules and the dashboard are the ones under deployment, not copies that go their own way.
   */
  @Test
  void whatIsWatchedIsWhatIsUnderDeployment() throws IOException {
    Manifests manifests =
        Manifests.of(
            directory,
            OVERLAYS.resolve("embedded-redis"),
            List.of(COMPONENTS.resolve("prometheus-operator"), COMPONENTS.resolve("grafana")));
    assertThat(Files.readString(AlertRules.RESOURCE))
        .as("after a change of the alerts: run AlertRules, see docs/testing.md")
        .isEqualTo(AlertRules.resource());
    JsonNode groups =
        Manifests.documents(Files.readString(AlertRules.ALERTS)).getFirst().path("groups");
    assertThat(manifests.one("PrometheusRule", "penstock").at("/spec/groups")).isEqualTo(groups);

    JsonNode dashboard = manifests.one("ConfigMap", "penstock-dashboard");
    assertThat(dashboard.at("/metadata/labels/grafana_dashboard").asText()).isEqualTo("1");
    assertThat(dashboard.at("/data/penstock.json").asText())
        .isEqualTo(Files.readString(Path.of("deployment", "grafana", "penstock.json")));
    assertThat(manifests.deployment().at("/spec/template/metadata/annotations").isMissingNode())
        .as("scraped once")
        .isTrue();
  }

  /** The metrics that autoscalers ask for exist. */
  @Test
  void autoscalersAskForWhatThereIs() throws IOException {
    String metrics = Files.readString(Path.of("docs", "metrics.md"));
    for (String file : List.of("hpa/autoscaler.yaml", "keda/scaled-object.yaml")) {
      Matcher asked =
          Pattern.compile("penstock_\\w+").matcher(Files.readString(COMPONENTS.resolve(file)));
      assertThat(asked.results().map(found -> found.group()))
          .as(file)
          .isNotEmpty()
          .allMatch(name -> metrics.contains("| `" + name + "` |"));
    }
  }

  /** KEDA asks from another namespace, so that a Service's name alone leads nowhere. */
  @Test
  void kedaFindsRedis() {
    Manifests manifests =
        Manifests.of(
            directory,
            OVERLAYS.resolve("embedded-redis"),
            List.of(COMPONENTS.resolve("keda"), COMPONENTS.resolve("namespace")));
    JsonNode redis = manifests.one("Service", "penstock-redis");
    String address =
        "%s.%s.svc:%d"
            .formatted(
                nameOf(redis),
                redis.at("/metadata/namespace").asText(),
                redis.at("/spec/ports/0/port").asInt());
    List<JsonNode> scaled = new ArrayList<>(manifests.ofKind("ScaledObject"));
    scaled.addAll(Manifests.of(Path.of("k8s", "examples", "pull-group")).ofKind("ScaledObject"));
    assertThat(scaled).hasSize(2);
    for (JsonNode object : scaled) {
      for (JsonNode trigger : object.at("/spec/triggers")) {
        if (trigger.path("type").asText().equals("redis-streams")) {
          assertThat(trigger.at("/metadata/address").asText()).isEqualTo(address);
        }
      }
    }
  }

  /** A variable that no property goes by would be passed over in silence. */
  @Test
  void whatIsSetIsASetting() throws IOException {
    var known = new TreeSet<>(Set.of("SMALLRYE_CONFIG_LOCATIONS", "JAVA_TOOL_OPTIONS"));
    Pattern.compile("`((?:penstock|quarkus)[.][a-z.-]+)`")
        .matcher(Files.readString(Path.of("docs", "configuration.md")))
        .results()
        .map(property -> property.group(1).replaceAll("[.-]", "_").toUpperCase(Locale.ROOT))
        .forEach(known::add);
    for (Path overlay : Manifests.overlays()) {
      Manifests manifests =
          Manifests.of(
              directory.resolve("of-" + overlay.getFileName()),
              overlay,
              List.of(COMPONENTS.resolve("ingress")));
      var set = new TreeSet<String>();
      manifests.settings().fieldNames().forEachRemaining(set::add);
      manifests
          .deployment()
          .at("/spec/template/spec/containers/0/env")
          .forEach(variable -> set.add(variable.path("name").asText()));
      assertThat(known).as("%s", overlay).containsAll(set);
    }
  }

  /** A first try needs no more than an old, small cluster has. */
  @Test
  void aFirstTryAsksForLittle() {
    Manifests manifests = Manifests.of(Manifests.ROOT);
    assertThat(manifests.ofKind("PodDisruptionBudget")).isEmpty();
    assertThat(manifests.deployment().at("/spec/replicas").asInt()).isEqualTo(1);
    assertThat(manifests.settings().path("PENSTOCK_STREAMS_AUTO_CREATE").asText())
        .isEqualTo("true");
  }

  /** What strictness is worth: a misspelt field, a wrong type, an unknown kind. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {port: []}}",
        "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: many}]}}",
        "{apiVersion: policy/v1beta1, kind: PodDisruptionBudget, metadata: {name: a}}",
        "{apiVersion: monitoring.coreos.com/v1, kind: PodMonitor, metadata: {name: a}, spec: {podMetricsEndpoint: []}}",
        "{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: a}, spec: {rules: [{timeout: {}}]}}",
        "{apiVersion: keda.sh/v1alpha1, kind: ScaledObject, metadata: {name: a}, spec: {scaleTargetRef: {name: a}, triggers: [{type: redis-streams, metadata: {address: 'r:6379', stream: s, consumerGroup: g, lag: '5'}}]}}",
        "{apiVersion: keda.sh/v1alpha1, kind: ScaledObject, metadata: {name: a}, spec: {scaleTargetRef: {name: a}, triggers: [], advanced: {horizontalPodAutoscalerConfig: {behavior: {scaledown: {}}}}}}",
      })
  void whatTheApiDoesNotKnowIsFound(String yaml) {
    Object object = new Yaml().load(yaml);
    assertThat(StrictModel.errors(new ObjectMapper().valueToTree(object))).isNotEmpty();
  }
}
