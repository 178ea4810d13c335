package penstock;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The table of docs/metrics.md. */
final class MetricsTable {

  private static final Path PAGE = Path.of("docs", "metrics.md");
  private static final Pattern ROW =
      Pattern.compile("\\| `(penstock_\\w+)` \\| (\\w+) \\| ([^|]*)\\| [^|]+\\|");

  /**
   * @param type counter, gauge, histogram or summary
   * @param tags without {@code le}
   */
  record Metric(String type, Set<String> tags) {}

  private MetricsTable() {}

  static TreeMap<String, Metric> read() throws IOException {
    var table = new TreeMap<String, Metric>();
    for (String line : Files.readAllLines(PAGE)) {
      if (!line.startsWith("| `penstock_")) {
        continue;
      }
      Matcher row = ROW.matcher(line);
      assertThat(row.matches()).as(line).isTrue();
      Set<String> tags =
          Arrays.stream(row.group(3).replace("`", "").split(","))
              .map(String::strip)
              .filter(tag -> !tag.isEmpty())
              .collect(Collectors.toCollection(TreeSet::new));
      assertThat(table.put(row.group(1), new Metric(row.group(2), tags))).as(line).isNull();
    }
    return table;
  }

  /** The names of all series, as queries have them. */
  static Set<String> series() throws IOException {
    var names = new TreeSet<String>();
    read()
        .forEach(
            (name, metric) -> {
              switch (metric.type()) {
                case "histogram" -> {
                  names.add(name + "_bucket");
                  names.add(name + "_sum");
                  names.add(name + "_count");
                  names.add(name + "_max");
                }
                case "summary" -> {
                  names.add(name + "_sum");
                  names.add(name + "_count");
                  names.add(name + "_max");
                }
                default -> names.add(name);
              }
            });
    return names;
  }
}
