package penstock.presence;

import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * The stream and the view of presence, declared wherever it runs: what is set of them elsewhere has
 * precedence, property by property.
 */
public final class PresenceDefaults implements ConfigSourceFactory {

  /** Below every source in which an operator or application.properties would set it. */
  private static final int ORDINAL = 0;

  @Override
  public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
    String stream = value(context, "penstock.presence.stream", "presence");
    String view = value(context, "penstock.presence.view", "rooms");
    return List.of(
        new PropertiesConfigSource(
            Map.of(
                "penstock.streams." + stream + ".partitions",
                "1",
                "penstock.views." + view + ".stream",
                stream,
                "penstock.views." + view + ".fold",
                "bean:" + RoomFold.NAME),
            "penstock presence",
            ORDINAL));
  }

  private static String value(ConfigSourceContext context, String name, String otherwise) {
    ConfigValue found = context.getValue(name);
    String value = found == null ? null : found.getValue();
    return value == null || value.isEmpty() ? otherwise : value;
  }

  @Override
  public OptionalInt getPriority() {
    return OptionalInt.of(ORDINAL);
  }
}
