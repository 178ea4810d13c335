package penstock.security.token;

import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import penstock.security.AuthConfig;
import penstock.security.identity.Caller;
import penstock.security.identity.Claims;
import penstock.security.identity.Grant;
import penstock.security.identity.Rights;
import penstock.security.identity.RightsParser;
import penstock.security.identity.RightsSpec;

/**
 * Makes callers of claims: their rights are those of the claim that has rights, and those of their
 * roles. A role that the configuration does not know means nothing. Made at start, in any mode, so
 * that a role whose rights cannot be read is refused there.
 */
@Singleton
@Startup
public class CallerFactory {

  /** Of one caller; more would be no name for anything. */
  private static final int MAX_SUBJECT = 512;

  /** Of one caller. */
  private static final int MAX_ROLES = 200;

  private final String claim;
  private final List<String> rolesClaim;
  private final Map<String, RightsSpec> roles = new HashMap<>();

  @Inject
  CallerFactory(AuthConfig config) {
    this(config.claim(), config.rolesClaim(), config.roles());
  }

  CallerFactory(String claim, String rolesClaim, Map<String, String> roles) {
    this.claim = claim;
    this.rolesClaim = Arrays.asList(rolesClaim.split("/"));
    roles.forEach((role, rights) -> this.roles.put(role, read(role, rights)));
  }

  private static RightsSpec read(String role, String rights) {
    try {
      return RightsParser.parse(Claims.parse(rights.getBytes(StandardCharsets.UTF_8)).members());
    } catch (IllegalArgumentException broken) {
      String property = "penstock.auth.roles." + role;
      // without its cause: Quarkus tells only of a root cause that is of the configuration
      throw new ConfigurationException(
          property + ": " + broken.getMessage() + ". See docs/security.md.", Set.of(property));
    }
  }

  /**
   * The caller that a verified token is of.
   *
   * @param skew by which clocks may differ, in seconds
   * @throws penstock.problem.ProblemException the claims are no good
   */
  public Caller ofToken(Claims claims, long skew) {
    String subject = claims.text("sub");
    if (subject == null || subject.isEmpty() || subject.length() > MAX_SUBJECT) {
      throw Refusals.invalid("does not say of whom it is (sub)");
    }
    Instant expires = time(claims, "exp");
    if (expires == null) {
      throw Refusals.invalid("does not expire (exp)");
    }
    var grants = new ArrayList<Grant>();
    Object own = claims.get(claim);
    if (own != null) {
      try {
        RightsParser.parse(own).resolve(claims).forEach(grants::add);
      } catch (IllegalArgumentException broken) {
        throw Refusals.invalid(
            "has rights in its claim '" + claim + "' that cannot be read: " + broken.getMessage());
      }
    }
    addRoles(rolesOf(claims), claims, grants);
    return new Caller(
        Caller.Type.TOKEN,
        subject,
        claims,
        Rights.of(grants),
        claims.text("jti"),
        time(claims, "iat"),
        expires.plusSeconds(skew));
  }

  /**
   * The caller that a key is of.
   *
   * @param rights its roles, with commas between them, or JSON in the language of rights
   * @throws IllegalArgumentException the rights are neither
   */
  Caller ofKey(String name, String rights) {
    Claims claims = Claims.of(Map.of("sub", name));
    var grants = new ArrayList<Grant>();
    if (rights.startsWith("{")) {
      RightsParser.parse(Claims.parse(rights.getBytes(StandardCharsets.UTF_8)).members())
          .resolve(claims)
          .forEach(grants::add);
    } else {
      List<String> named = Arrays.stream(rights.split(",")).map(String::strip).toList();
      for (String role : named) {
        if (!roles.containsKey(role)) {
          throw new IllegalArgumentException("there is no role '" + role + "'");
        }
      }
      addRoles(named, claims, grants);
    }
    return new Caller(
        Caller.Type.API_KEY, name, claims, Rights.of(grants), null, null, Instant.MAX);
  }

  private void addRoles(Collection<String> named, Claims claims, List<Grant> grants) {
    for (String role : named) {
      RightsSpec rights = roles.get(role);
      if (rights != null) {
        rights.resolve(claims).forEach(grants::add);
      }
    }
  }

  private List<String> rolesOf(Claims claims) {
    Object value = claims.at(rolesClaim);
    if (value instanceof String several) {
      return Arrays.asList(several.split(" "));
    }
    return value instanceof List<?> list
        ? list.stream().limit(MAX_ROLES).map(String::valueOf).distinct().toList()
        : List.of();
  }

  private static @Nullable Instant time(Claims claims, String name) {
    return claims.get(name) instanceof Number seconds
            && seconds.doubleValue() >= 0
            && seconds.doubleValue() < Instant.MAX.getEpochSecond() / 2.0
        ? Instant.ofEpochSecond(seconds.longValue())
        : null;
  }
}
