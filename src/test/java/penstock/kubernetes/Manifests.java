package penstock.kubernetes;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.yaml.snakeyaml.Yaml;
import penstock.Patience;

/** What Kustomize makes of the folders under {@code k8s}, by the kubectl of the machine. */
final class Manifests {

  static final Path ROOT = Path.of("k8s");

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern VERSION = Pattern.compile("Kustomize Version: v(\\d+)\\.");

  /** The first that knows all that is used: components, patches with targets, labels. */
  private static final int OLDEST = 5;

  private final List<JsonNode> all;

  private Manifests(List<JsonNode> all) {
    this.all = all;
  }

  /** Skips the test where there is no kubectl that is new enough, and says so. */
  static void assumeKubectl() {
    String version;
    try {
      version = run("kubectl", "version", "--client");
    } catch (IOException none) {
      version = "none";
    }
    Matcher kustomize = VERSION.matcher(version);
    boolean usable = kustomize.find() && Integer.parseInt(kustomize.group(1)) >= OLDEST;
    if (!usable) {
      System.err.println("SKIPPED: no kubectl with Kustomize 5 or newer: " + version);
    }
    assumeTrue(usable, "no kubectl with Kustomize 5");
  }

  /** Every overlay and every example, by name of its folder, and the root itself. */
  static List<Path> folders() {
    List<Path> folders = new ArrayList<>(List.of(ROOT));
    folders.addAll(overlays());
    folders.addAll(children(ROOT.resolve("examples")));
    return folders;
  }

  static List<Path> overlays() {
    return children(ROOT.resolve("overlays"));
  }

  static List<Path> components() {
    return children(ROOT.resolve("components"));
  }

  private static List<Path> children(Path folder) {
    try (Stream<Path> children = Files.list(folder)) {
      return children.sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Fails with what kubectl said, warnings too. */
  static Manifests of(Path folder) {
    try {
      return new Manifests(documents(run("kubectl", "kustomize", folder.toString())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * An overlay with components, as somebody writes it who uses them.
   *
   * @param directory to write it to
   */
  static Manifests of(Path directory, Path overlay, List<Path> components) {
    StringBuilder text =
        new StringBuilder(
            """
            apiVersion: kustomize.config.k8s.io/v1beta1
            kind: Kustomization
            resources:
              - %s
            components:
            """
                .formatted(relative(directory, overlay)));
    components.forEach(
        component -> text.append("  - ").append(relative(directory, component)).append('\n'));
    try {
      Files.writeString(
          Files.createDirectories(directory).resolve("kustomization.yaml"), text.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return of(directory);
  }

  private static Path relative(Path directory, Path to) {
    return directory.toAbsolutePath().relativize(to.toAbsolutePath());
  }

  static List<JsonNode> documents(String yaml) {
    List<JsonNode> documents = new ArrayList<>();
    for (Object document : new Yaml().loadAll(yaml)) {
      documents.add(JSON.valueToTree(document));
    }
    return documents;
  }

  private static String run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (!process.waitFor(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS)
          || process.exitValue() != 0) {
        throw new IOException(String.join(" ", command) + ": " + said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    return said;
  }

  List<JsonNode> all() {
    return all;
  }

  List<JsonNode> ofKind(String kind) {
    return all.stream().filter(object -> object.path("kind").asText().equals(kind)).toList();
  }

  boolean has(String kind, String name) {
    return ofKind(kind).stream().anyMatch(object -> nameOf(object).equals(name));
  }

  /** The one of that kind whose name begins so: generated names end with a hash. */
  JsonNode one(String kind, String name) {
    List<JsonNode> found =
        ofKind(kind).stream()
            .filter(object -> nameOf(object).matches(Pattern.quote(name) + "(-[a-z0-9]{10})?"))
            .toList();
    if (found.size() != 1) {
      throw new IllegalStateException(found.size() + " of " + kind + " " + name);
    }
    return found.getFirst();
  }

  /** The templates of all pods. */
  List<JsonNode> podTemplates() {
    return Stream.concat(ofKind("Deployment").stream(), ofKind("StatefulSet").stream())
        .map(workload -> workload.at("/spec/template"))
        .toList();
  }

  JsonNode deployment() {
    return one("Deployment", "penstock");
  }

  /** What the service is given as environment, by name; references are left out. */
  JsonNode settings() {
    return one("ConfigMap", "penstock").path("data");
  }

  static String nameOf(JsonNode object) {
    return object.at("/metadata/name").asText();
  }
}
