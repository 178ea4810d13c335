package penstock.audit;

import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.eclipse.microprofile.config.spi.ConfigSource;
import penstock.security.identity.OwnNames;

/**
 * The stream of the audit, declared wherever there is one: what is set of it elsewhere has
 * precedence, property by property.
 */
public final class AuditDefaults implements ConfigSourceFactory {

  /** Below every source in which an operator or application.properties would set it. */
  private static final int ORDINAL = 0;

  /** What the configuration reads as true. */
  private static final Set<String> YES = Set.of("true", "1", "yes", "y", "on");

  private static final String STREAM = "penstock.streams." + OwnNames.AUDIT + ".";

  @Override
  public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
    return isOn(context)
        ? List.of(
            new PropertiesConfigSource(
                Map.of(
                    STREAM + "partitions", "1",
                    // Redis's memory: about 1 KB each
                    STREAM + "retention.max-length", "100000"),
                "penstock audit",
                ORDINAL))
        : List.of();
  }

  /** As {@link AuditConfig#isOn} has it, before there is a configuration. */
  private static boolean isOn(ConfigSourceContext context) {
    String enabled = value(context, "penstock.audit.enabled");
    String mode = value(context, "penstock.auth.mode");
    return enabled.isEmpty()
        ? !mode.isEmpty() && !mode.equalsIgnoreCase("none")
        : YES.contains(enabled.toLowerCase(Locale.ROOT));
  }

  private static String value(ConfigSourceContext context, String name) {
    ConfigValue found = context.getValue(name);
    String value = found == null ? null : found.getValue();
    return value == null ? "" : value;
  }

  @Override
  public OptionalInt getPriority() {
    return OptionalInt.of(ORDINAL);
  }
}
