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
 * What follows from {@code penstock.auth.mode}: the address that is listened on where {@code
 * quarkus.http.host} is not set, which is loopback without a mode; and that an OpenID Connect
 * provider is looked for with mode {@code oidc} only.
 */
public final class ModeDefaults implements ConfigSourceFactory {

  static final String LOOPBACK = "127.0.0.1";

  /** Below every source in which an operator or application.properties would set it. */
  private static final int ORDINAL = 0;

  @Override
  public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
    ConfigValue mode = context.getValue("penstock.auth.mode");
    String value = mode == null ? null : mode.getValue();
    String address = value == null || value.isBlank() ? LOOPBACK : "0.0.0.0";
    boolean discovers = "oidc".equalsIgnoreCase(value);
    return List.of(
        new PropertiesConfigSource(
            Map.of(
                "quarkus.http.host",
                address,
                "quarkus.oidc.tenant-enabled",
                Boolean.toString(discovers)),
            "penstock listen address",
            ORDINAL));
  }

  @Override
  public OptionalInt getPriority() {
    return OptionalInt.of(ORDINAL);
  }
}
