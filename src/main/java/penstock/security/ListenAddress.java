package penstock.security;

import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * The address that is listened on where {@code quarkus.http.host} is not set: loopback, or all with
 * {@code penstock.auth.mode=none}.
 */
public final class ListenAddress implements ConfigSourceFactory {

  static final String LOOPBACK = "127.0.0.1";

  /** Below every source in which an operator or application.properties would set it. */
  private static final int ORDINAL = 0;

  @Override
  public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
    ConfigValue mode = context.getValue("penstock.auth.mode");
    String value = mode == null ? null : mode.getValue();
    String address = "none".equalsIgnoreCase(value) ? "0.0.0.0" : LOOPBACK;
    return List.of(
        new PropertiesConfigSource(
            Map.of("quarkus.http.host", address), "penstock listen address", ORDINAL));
  }

  @Override
  public OptionalInt getPriority() {
    return OptionalInt.of(ORDINAL);
  }
}
