package penstock.consumer;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The name of this process among those that share the work. */
@ApplicationScoped
public class Instance {

  private static final int RANDOM_BYTES = 6;

  private final String name;
  private final String process;

  /**
   * @param configured must differ between processes that run at the same time; one that is random
   *     for each start if absent
   */
  @Inject
  public Instance(@ConfigProperty(name = "penstock.instance") Optional<String> configured) {
    name = configured.orElse(random());
    process = random();
  }

  private static String random() {
    byte[] random = new byte[RANDOM_BYTES];
    new SecureRandom().nextBytes(random);
    return HexFormat.of().formatHex(random);
  }

  public String name() {
    return name;
  }

  /** Differs between two processes, also if one follows the other under the same name. */
  public String process() {
    return process;
  }
}
