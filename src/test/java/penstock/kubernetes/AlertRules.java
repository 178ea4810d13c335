package penstock.kubernetes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;

/**
 * The alert rules as the Prometheus Operator wants them: made of those for Prometheus itself.
 * Writes them:
 *
 * <pre>java -cp ... penstock.kubernetes.AlertRules</pre>
 */
final class AlertRules {

  static final Path ALERTS = Path.of("deployment", "prometheus", "alerts.yaml");
  static final Path RESOURCE = Path.of("k8s", "components", "prometheus-operator", "rules.yaml");

  private static final String HEAD =
      """
      # Made of deployment/prometheus/alerts.yaml by AlertRules: change it there.
      apiVersion: monitoring.coreos.com/v1
      kind: PrometheusRule
      metadata:
        name: penstock
      spec:
      """;

  private AlertRules() {}

  public static void main(String[] arguments) throws IOException {
    Files.writeString(RESOURCE, resource());
  }

  /** What the file should hold. */
  static String resource() throws IOException {
    return HEAD
        + Files.readAllLines(ALERTS).stream()
            .filter(line -> !line.startsWith("#"))
            .map(line -> line.isEmpty() ? "\n" : "  " + line + "\n")
            .collect(Collectors.joining());
  }
}
