package penstock.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** What an instance tells of itself. */
final class Metrics {

  private Metrics() {}

  /** Of all series of that name. */
  static double sum(ServiceProcess service, String name) throws IOException {
    try (InputStream in = service.uri().resolve("/q/metrics").toURL().openStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
          .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
          .sum();
    }
  }
}
