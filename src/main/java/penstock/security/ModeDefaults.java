package penstock.security;

import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;
import java.util.HashMap;
import java.util.List;
import java.util.OptionalInt;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * What follows from {@code penstock.auth.mode}: the address that is listened on where {@code
 * quarkus.http.host} or {@code quarkus.management.host} is not set, which is loopback without a
 * mode; that an OpenID Connect provider is looked for with mode {@code oidc} only; and, in
 * development with mode {@code jwt} and no issuer configured, one that is there for that only.
 */
public final class ModeDefaults implements ConfigSourceFactory {

  private static final String ISSUER = "mp.jwt.verify.issuer";

  /** As the library writes that nothing is configured. */
  private static final String NONE = "NONE";

  static final String LOOPBACK = "127.0.0.1";

  /** Below every source in which an operator or application.properties would set it. */
  private static final int ORDINAL = 0;

  @Override
  public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
    ConfigValue mode = context.getValue("penstock.auth.mode");
    String value = mode == null ? null : mode.getValue();
    String address = value == null || value.isBlank() ? LOOPBACK : "0.0.0.0";
    boolean discovers = "oidc".equalsIgnoreCase(value);
    var defaults = new HashMap<String, String>();
    defaults.put("quarkus.http.host", address);
    defaults.put("quarkus.management.host", address);
    defaults.put("quarkus.oidc.tenant-enabled", Boolean.toString(discovers));
    if ("jwt".equalsIgnoreCase(value)
        && context.getProfiles().contains("dev")
        && isUnset(context, "mp.jwt.verify.publickey.location")
        && isUnset(context, ISSUER)) {
      defaults.putAll(DevelopmentKey.settings());
    }
    return List.of(new PropertiesConfigSource(defaults, "penstock defaults of the mode", ORDINAL));
  }

  private static boolean isUnset(ConfigSourceContext context, String property) {
    ConfigValue value = context.getValue(property);
    return value == null || value.getValue() == null || value.getValue().equals(NONE);
  }

  @Override
  public OptionalInt getPriority() {
    return OptionalInt.of(ORDINAL);
  }
}
