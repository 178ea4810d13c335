package penstock;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What images say to their JVM, whoever builds them. */
class ImageFilesTest {

  private static final Pattern COLLECTOR = Pattern.compile("-XX:[+]Use[A-Za-z0-9]*GC");

  private static List<String> dockerfile(String instruction) throws IOException {
    return Files.readAllLines(Path.of("deployment", "Dockerfile.jvm")).stream()
        .filter(line -> line.startsWith(instruction + " "))
        .toList();
  }

  private static List<String> collectors(String text) {
    return COLLECTOR.matcher(text).results().map(found -> found.group()).toList();
  }

  @Test
  void bothHaveTheSameCollector() throws IOException {
    String ofDockerfile =
        dockerfile("ENV").stream()
            .filter(line -> line.startsWith("ENV JDK_JAVA_OPTIONS="))
            .findFirst()
            .orElseThrow();
    String ofJib =
        Files.readAllLines(Path.of("pom.xml")).stream()
            .filter(line -> line.contains("<quarkus.jib.environment-variables.JDK_JAVA_OPTIONS>"))
            .findFirst()
            .orElseThrow();
    assertThat(collectors(ofDockerfile)).hasSize(1).isEqualTo(collectors(ofJib));
  }

  /** A JVM that is told of two does not start. */
  @Test
  void anotherOneCanBeGiven() throws IOException {
    assertThat(dockerfile("ENTRYPOINT")).hasSize(1).allMatch(line -> collectors(line).isEmpty());
    assertThat(dockerfile("HEALTHCHECK"))
        .hasSize(1)
        .allMatch(
            line ->
                collectors(line).isEmpty()
                    || line.contains("\"-u\", \"JDK_JAVA_OPTIONS\"")
                        && line.contains("\"-u\", \"JAVA_TOOL_OPTIONS\""));
  }
}
