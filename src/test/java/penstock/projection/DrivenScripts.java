package penstock.projection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Scripts of a partition that read the time which a test has set; some may be mutants. */
public final class DrivenScripts {

  private static final String CLOCK = "driven-clock";

  /** Seconds and microseconds, as TIME has them. */
  private static final String DRIVEN =
      "(function() local ms = tonumber(redis.call('GET', '"
          + CLOCK
          + "')) return {math.floor(ms / 1000), ms % 1000 * 1000} end)()";

  private final TestLog log;
  private final Map<String, String> mutants;
  private final Map<String, String> scripts = new HashMap<>();

  /**
   * @param mutants the text of those that are not the product's, by their names
   */
  public DrivenScripts(TestLog log, Map<String, String> mutants) {
    this.log = log;
    this.mutants = mutants;
  }

  /** A script in which a part is another, by its name. */
  public static Map<String, String> mutant(String script, String part, String other) {
    String source = TestLog.source(script);
    assertThat(source).contains(part.strip());
    return Map.of(script, source.replace(part.strip(), other.strip()));
  }

  /** It is this time, in milliseconds. */
  public void time(long now) {
    log.ask("SET", CLOCK, now);
  }

  public @Nullable Object run(String script, List<String> keys, List<?> arguments) {
    List<Object> command = new ArrayList<>(List.of("EVAL", driven(script), keys.size()));
    command.addAll(keys);
    command.addAll(arguments);
    return log.ask(command.toArray());
  }

  private String driven(String script) {
    return scripts.computeIfAbsent(
        script,
        name -> {
          String source = mutants.getOrDefault(name, TestLog.source(name));
          return source.replace("redis.call('TIME')", DRIVEN);
        });
  }
}
