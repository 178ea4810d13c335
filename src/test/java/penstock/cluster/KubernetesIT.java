package penstock.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.restassured.RestAssured;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import penstock.Tool;

/**
 * The manifests on a cluster: the one that KUBECONFIG names, whose nodes have the images {@code
 * penstock:jvm} and {@code penstock:native} and whose Services are reached from here. Pods are
 * restarted, added, taken away and killed under load, and so is Redis; a view is added by a
 * ConfigMap. It prints what it saw.
 */
@EnabledIf(value = "isPossible", disabledReason = "KUBECONFIG names no cluster that answers")
class KubernetesIT {

  private static final String STREAM = "/streams/orders";
  private static final String FEED = STREAM + "/feed?subject=seldom&cursor=earliest";
  private static final int CLIENTS = 4;
  private static final int READERS = Integer.getInteger("kubernetes.readers", 200);
  private static final int REPLICAS = 3;
  private static final int SELDOM = 20;
  private static final Duration ROLLOUT = Duration.ofMinutes(10);

  private final AtomicInteger events = new AtomicInteger();
  private final Queue<String> seldom = new ConcurrentLinkedQueue<>();
  private final List<SteadyClient> clients = new ArrayList<>();
  private String kind;
  private Relay relay;

  static boolean isPossible() {
    try {
      return System.getenv("KUBECONFIG") != null
          && !Tool.output("kubectl", "get", "nodes", "--output=name").isBlank();
    } catch (IllegalStateException | UncheckedIOException none) {
      return false;
    }
  }

  /** By the server's own schema and admission, which change nothing. */
  @Test
  void theServerAcceptsTheOverlays() throws IOException {
    Set<String> served = Set.copyOf(kubectl("api-versions").lines().toList());
    Path file = Files.createDirectories(Path.of("target", "kubernetes")).resolve("overlay.yaml");
    try (Stream<Path> overlays = Files.list(Path.of("k8s", "overlays"))) {
      for (Path overlay : overlays.sorted().toList()) {
        List<String> known = new ArrayList<>();
        for (String document : kubectl("kustomize", overlay.toString()).split("\n---\n")) {
          String version = document.replaceFirst("(?s).*?apiVersion: (\\S+).*", "$1");
          if (served.contains(version)) {
            known.add(document);
          } else {
            System.out.printf("SKIPPED: of %s what is of %s%n", overlay, version);
          }
        }
        assertThat(known).hasSizeGreaterThan(3);
        Files.writeString(file, String.join("\n---\n", known));
        kubectl("apply", "--dry-run=server", "--filename", file.toString());
      }
    }
  }

  private static String kubectl(String... arguments) {
    List<String> command = new ArrayList<>(List.of("kubectl"));
    command.addAll(List.of(arguments));
    return Tool.output(command.toArray(String[]::new)).strip();
  }

  /** The overlay for a first try, with three pods, six partitions and so many views. */
  private void apply(String views) throws IOException {
    Path folder = Files.createDirectories(Path.of("target", "kubernetes", kind));
    Files.writeString(
        folder.resolve("application.yaml"),
        """
        penstock:
          streams:
            orders:
              partitions: 6
          views:
        %s"""
            .formatted(views.indent(4)));
    Files.writeString(
        folder.resolve("kustomization.yaml"),
        """
        apiVersion: kustomize.config.k8s.io/v1beta1
        kind: Kustomization
        resources:
          - ../../../k8s/overlays/dev
        components:
          - ../../../k8s/components/%s
        replicas:
          - name: penstock
            count: %d
        configMapGenerator:
          - name: penstock-streams
            behavior: replace
            files:
              - application.yaml
        patches:
          # Not every builder's executable knows the limits of its container.
          - target:
              kind: Deployment
              name: penstock
            patch: |
              - op: add
                path: /spec/template/spec/containers/0/args
                value: %s
        """
            .formatted(kind, REPLICAS, kind.equals("native") ? "[-Xmx192m]" : "[]"));
    kubectl("apply", "--kustomize", folder.toString());
  }

  private void rolledOut() {
    kubectl("rollout", "status", "deployment/penstock", "--timeout=" + ROLLOUT.toSeconds() + "s");
  }

  private String uri() {
    return "http://127.0.0.1:" + relay.port();
  }

  private String event() {
    int n = events.incrementAndGet();
    boolean rare = n % SELDOM == 0;
    if (rare) {
      seldom.add("e" + n);
    }
    return "{\"specversion\":\"1.0\",\"id\":\"e%d\",\"source\":\"/test\",\"type\":\"t%d\",\"subject\":\"%s\"}"
        .formatted(n, n % 7, rare ? "seldom" : "often");
  }

  private void load() {
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(new SteadyClient(relay.port(), STREAM + "/events", i % 2 == 0, this::event));
    }
  }

  private int answered() {
    return clients.stream().mapToInt(SteadyClient::answered).sum();
  }

  private List<String> failures() {
    return clients.stream().flatMap(client -> client.failures().stream()).toList();
  }

  /** Ends the load; tells how many requests of it failed. */
  private int endLoad() {
    clients.forEach(SteadyClient::close);
    int failed = failures().size();
    clients.clear();
    return failed;
  }

  private void say(String what, Object... figures) {
    System.out.println("kubernetes " + kind + ": " + what.formatted(figures));
  }

  private static long millisSince(long began) {
    return Duration.ofNanos(System.nanoTime() - began).toMillis();
  }

  /** Instances that work a partition of the view, as any of them tells. */
  private Set<String> holders() {
    List<String> all =
        RestAssured.get(uri() + "/views/by-type").jsonPath().getList("partitions.holder");
    Set<String> holders = new HashSet<>(all);
    return holders.contains(null) ? Set.of() : holders;
  }

  /** Every event that was acknowledged has been counted, and none twice. */
  private void countsAll(String view, int least, int most) {
    await()
        .atMost(ROLLOUT)
        .ignoreExceptions()
        .until(
            () -> {
              int sum =
                  IntStream.range(0, 7)
                      .map(
                          type ->
                              RestAssured.get(uri() + "/views/" + view + "/entries/t" + type)
                                  .jsonPath()
                                  .getInt("value"))
                      .sum();
              return sum >= least && sum <= most;
            });
  }

  @Test
  void theManifestsHoldForTheNativeImage() throws Exception {
    theManifestsHold("native");
  }

  @Test
  void theManifestsHoldForTheJvmImage() throws Exception {
    theManifestsHold("jvm");
  }

  private void theManifestsHold(String image) throws Exception {
    kind = image;
    String views = view("by-type");
    apply(views);
    rolledOut();
    relay =
        new Relay(kubectl("get", "service", "penstock", "--output=jsonpath={.spec.clusterIP}"), 80);
    try {
      await().ignoreExceptions().until(() -> holders().size() > 1);
      int acknowledged = restarts();
      acknowledged += scales();
      acknowledged += losesAPod();
      acknowledged += losesRedis();
      countsAll("by-type", acknowledged, events.get());
      apply(views + view("again"));
      rolledOut();
      countsAll("again", acknowledged, events.get());
      say("a view added by a ConfigMap counts all of %d events", acknowledged);
    } finally {
      clients.forEach(SteadyClient::close);
      relay.close();
      kubectl("delete", "deployment/penstock", "--wait=true");
      kubectl("delete", "statefulset/penstock-redis", "--wait=true");
      kubectl("delete", "persistentvolumeclaim", "--all", "--wait=false");
    }
  }

  private static String view(String name) {
    return "%s:\n  stream: orders\n  fold: count\n  key: type\n".formatted(name);
  }

  /** No request fails, and each reader is sent each event once. */
  private int restarts() {
    List<ResumingReader> readers = new ArrayList<>();
    for (int i = 0; i < READERS; i++) {
      readers.add(new ResumingReader(relay.port(), FEED));
    }
    load();
    await().until(() -> answered() > 200);
    long began = System.nanoTime();
    kubectl("rollout", "restart", "deployment/penstock");
    rolledOut();
    long took = millisSince(began);
    int before = answered();
    await().until(() -> answered() > before + 200);
    int answered = answered();
    assertThat(failures()).isEmpty();
    endLoad();
    Set<String> wanted = new HashSet<>(seldom);
    readers.forEach(reader -> await().until(() -> reader.seen.size() >= wanted.size()));
    readers.parallelStream().forEach(ResumingReader::close);
    for (ResumingReader reader : readers) {
      assertThat(reader.failures).isEmpty();
      assertThat(reader.seen).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(wanted);
    }
    say(
        "restart of %d pods in %d ms under load: 0 of %d requests failed, %d readers in %d connects were sent %d events each",
        REPLICAS,
        took,
        answered,
        READERS,
        readers.stream().mapToInt(reader -> reader.connects).sum(),
        wanted.size());
    return answered;
  }

  /** Partitions move to who is there, and no request fails. */
  private int scales() {
    load();
    long began = System.nanoTime();
    kubectl("scale", "deployment/penstock", "--replicas=1");
    await().atMost(ROLLOUT).ignoreExceptions().until(() -> holders().size() == 1);
    long one = millisSince(began);
    began = System.nanoTime();
    kubectl("scale", "deployment/penstock", "--replicas=" + REPLICAS);
    await().atMost(ROLLOUT).ignoreExceptions().until(() -> holders().size() > 1);
    long three = millisSince(began);
    rolledOut();
    int answered = answered();
    assertThat(failures()).isEmpty();
    endLoad();
    say(
        "scaled from %d to 1: all partitions with the one after %d ms; back: shared after %d ms; 0 of %d requests failed",
        REPLICAS, one, three, answered);
    return answered;
  }

  /** Requests to it fail; its partitions are taken over when its lease ends. */
  private int losesAPod() {
    load();
    await().until(() -> answered() > 50);
    String victim = holders().iterator().next();
    long began = System.nanoTime();
    kubectl("delete", "pod", victim, "--grace-period=0", "--force");
    await()
        .atMost(ROLLOUT)
        .ignoreExceptions()
        .until(() -> !holders().isEmpty() && !holders().contains(victim));
    long took = millisSince(began);
    rolledOut();
    int answered = answered();
    int failed = endLoad();
    say(
        "a pod killed: its partitions with others after %d ms; %d of %d requests failed",
        took, failed, answered + failed);
    assertThat(failed).isLessThan(answered / 10);
    return answered;
  }

  /** Its data are on a volume: nothing that was acknowledged is lost. */
  private int losesRedis() {
    load();
    await().until(() -> answered() > 50);
    long began = System.nanoTime();
    kubectl("delete", "pod", "penstock-redis-0", "--wait=true");
    int then = answered();
    await().atMost(ROLLOUT).until(() -> answered() > then + 50);
    long took = millisSince(began);
    rolledOut();
    int answered = answered();
    int failed = endLoad();
    say(
        "the pod of Redis deleted: appends again after %d ms; %d of %d requests failed meanwhile",
        took, failed, answered + failed);
    return answered;
  }
}
