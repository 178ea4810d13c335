package penstock;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** The dashboard and the alert rules are well-formed and ask for metrics that there are. */
class OperationsFilesTest {

  private static final Path DASHBOARD = Path.of("deployment", "grafana", "penstock.json");
  private static final Path ALERTS = Path.of("deployment", "prometheus", "alerts.yaml");
  private static final Pattern NAME = Pattern.compile("\\b(penstock_\\w+)\\b");

  private static Set<String> unknown(List<String> expressions) throws IOException {
    Set<String> known = MetricsTable.series();
    var unknown = new TreeSet<String>();
    for (String expression : expressions) {
      Matcher name = NAME.matcher(expression);
      while (name.find()) {
        if (!known.contains(name.group(1))) {
          unknown.add(name.group(1) + " in " + expression);
        }
      }
    }
    return unknown;
  }

  /** Brackets of all kinds are closed in their order. */
  private static boolean isBalanced(String expression) {
    String open = "";
    for (char character : expression.replaceAll("\"[^\"]*\"", "").toCharArray()) {
      if ("([{".indexOf(character) >= 0) {
        open += character;
      } else if (")]}".indexOf(character) >= 0) {
        char wanted = "([{".charAt(")]}".indexOf(character));
        if (open.isEmpty() || open.charAt(open.length() - 1) != wanted) {
          return false;
        }
        open = open.substring(0, open.length() - 1);
      }
    }
    return open.isEmpty();
  }

  @Test
  void theDashboardAsksForWhatThereIs() throws IOException {
    JsonNode dashboard = new ObjectMapper().readTree(DASHBOARD.toFile());
    var expressions = new ArrayList<String>();
    var ids = new HashSet<Integer>();
    for (JsonNode panel : dashboard.path("panels")) {
      assertThat(ids.add(panel.path("id").asInt())).as("%s", panel.path("title")).isTrue();
      assertThat(panel.path("title").asText()).isNotBlank();
      for (JsonNode target : panel.path("targets")) {
        expressions.add(target.path("expr").asText());
      }
    }
    for (JsonNode variable : dashboard.at("/templating/list")) {
      expressions.add(variable.at("/query/query").asText());
    }
    assertThat(expressions).hasSizeGreaterThan(25).allMatch(OperationsFilesTest::isBalanced);
    assertThat(unknown(expressions)).isEmpty();
  }

  @Test
  void theAlertsAskForWhatThereIs() throws IOException {
    JsonNode alerts = new ObjectMapper().valueToTree(new Yaml().load(Files.readString(ALERTS)));
    var expressions = new ArrayList<String>();
    var names = new HashSet<String>();
    for (JsonNode group : alerts.path("groups")) {
      for (JsonNode rule : group.path("rules")) {
        assertThat(names.add(rule.path("alert").asText())).as("%s", rule).isTrue();
        assertThat(rule.at("/labels/severity").asText()).isIn("critical", "warning");
        assertThat(rule.at("/annotations/summary").asText()).isNotBlank();
        expressions.add(rule.path("expr").asText());
      }
    }
    assertThat(expressions).hasSizeGreaterThan(10).allMatch(OperationsFilesTest::isBalanced);
    assertThat(expressions).allMatch(expression -> expression.contains("penstock_"));
    assertThat(unknown(expressions)).isEmpty();
  }

  /** In both directions: an alert without one helps nobody, and one without an alert is old. */
  @Test
  void everyAlertHasItsRunbook() throws IOException {
    JsonNode alerts = new ObjectMapper().valueToTree(new Yaml().load(Files.readString(ALERTS)));
    var names = new ArrayList<String>();
    for (JsonNode group : alerts.path("groups")) {
      group.path("rules").forEach(rule -> names.add(rule.path("alert").asText()));
    }
    String page = Files.readString(Path.of("docs", "operations.md"));
    assertThat(Pattern.compile("(?m)^### (Penstock\\w+)$").matcher(page).results())
        .extracting(heading -> heading.group(1))
        .containsExactlyInAnyOrderElementsOf(names);
    for (String name : names) {
      String runbook = page.substring(page.indexOf("### " + name + "\n") + name.length() + 5);
      assertThat(runbook.substring(0, runbook.indexOf("\n##"))).as(name).hasSizeGreaterThan(200);
    }
    Matcher link = Pattern.compile("\\(#([a-z]+)\\)").matcher(page);
    while (link.find()) {
      if (link.group(1).startsWith("penstock")) {
        assertThat(names).anyMatch(name -> name.equalsIgnoreCase(link.group(1)));
      }
    }
  }
}
