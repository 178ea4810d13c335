package penstock.security.identity;

/**
 * Names of what is the service's own. No pattern covers them that does not begin with what they
 * begin with: who may read all streams may not read these.
 */
public final class OwnNames {

  /** The stream of what callers did; nobody but the service appends to it. */
  public static final String AUDIT = "penstock-audit";

  private static final String PREFIX = "penstock-";

  private OwnNames() {}

  /** Whether it covers the name, be it one of these or any other. */
  static boolean covers(AllowedValues names, String name) {
    return name.equals(AUDIT)
        ? names.exact().contains(name)
            || names.prefixes().stream()
                .anyMatch(prefix -> prefix.startsWith(PREFIX) && name.startsWith(prefix))
        : names.admits(name);
  }
}
