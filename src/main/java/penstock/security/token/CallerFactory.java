package penstock.security.token;

import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
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
import penstock.http.Namespace;
import penstock.security.AuthConfig;
import penstock.security.identity.Caller;
import penstock.security.identity.Claims;
import penstock.security.identity.Grant;
import penstock.security.identity.Right;
import penstock.security.identity.Rights;
import penstock.security.identity.RightsParser;
import penstock.security.identity.RightsSpec;

/**
 * Makes callers of claims: their rights are those of the claim that has rights, and those of their
 * roles. A role that the configuration does not know means nothing. Made at start, in any mode and
 * before there is a Redis to be asked for, so that a role whose rights cannot be read is refused
 * there.
 */
@Singleton
@Startup(Interceptor.Priority.PLATFORM_BEFORE)
public class CallerFactory {

  private static final String SUBJECT = "sub";

  /** Of one caller; more would be no name for anything. */
  private static final int MAX_SUBJECT = 512;

  /** Of one caller. */
  private static final int MAX_ROLES = 200;

  private final String claim;
  private final List<String> rolesClaim;
  private final Map<String, RightsSpec> roles = new HashMap<>();
  private final @Nullable TenantClaim tenant;
  private final boolean tenantRequired;

  @Inject
  CallerFactory(AuthConfig config) {
    this(
        config.claim(),
        config.rolesClaim(),
        config.roles(),
        TenantClaim.of(config),
        config.tenantRequired());
  }

  CallerFactory(
      String claim,
      String rolesClaim,
      Map<String, String> roles,
      @Nullable TenantClaim tenant,
      boolean tenantRequired) {
    this.claim = claim;
    this.tenantRequired = tenantRequired;
    this.tenant = tenant;
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
    String subject = claims.text(SUBJECT);
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
    Namespace space =
        tenant == null
            ? Namespace.NONE
            : tenant.read(claims, Rights.of(grants, Namespace.NONE).hasAll(Right.ADMIN));
    return new Caller(
        Caller.Type.TOKEN,
        subject,
        space,
        claims,
        Rights.of(grants, space),
        claims.text("jti"),
        time(claims, "iat"),
        expires.plusSeconds(skew),
        null);
  }

  /**
   * The caller that a key is of.
   *
   * @param space its tenant's
   * @param rights its roles, with commas between them, or JSON in the language of rights
   * @throws IllegalArgumentException the rights are neither
   */
  Caller ofKey(String name, Namespace space, String rights) {
    Claims claims = claims(name, space);
    var grants = new ArrayList<Grant>();
    if (rights.startsWith("{")) {
      RightsParser.parse(Claims.parse(rights.getBytes(StandardCharsets.UTF_8)).members())
          .resolve(claims)
          .forEach(grants::add);
    } else {
      List<String> named = Arrays.stream(rights.split(",")).map(String::strip).toList();
      requireRoles(named);
      addRoles(named, claims, grants);
    }
    return new Caller(
        Caller.Type.API_KEY,
        name,
        space,
        claims,
        Rights.of(grants, space),
        null,
        null,
        Instant.MAX,
        null);
  }

  /**
   * The caller that a certificate is of.
   *
   * @param tenants all that stands where its tenant should; null if certificates have none
   * @param expires when it is out of date
   * @throws penstock.problem.ProblemException it should have a tenant, and has none, or several
   */
  public Caller ofCertificate(
      String name, @Nullable List<String> tenants, Collection<String> named, Instant expires) {
    Namespace said = tenants == null ? Namespace.NONE : CertificateTenant.read(tenants);
    Claims claims = claims(name, said);
    var grants = new ArrayList<Grant>();
    addRoles(named, claims, grants);
    if (tenants != null
        && said.isNone()
        && tenantRequired
        && !Rights.of(grants, said).hasAll(Right.ADMIN)) {
      throw CertificateTenant.missing();
    }
    return new Caller(
        Caller.Type.CERTIFICATE,
        name,
        said,
        claims,
        Rights.of(grants, said),
        null,
        null,
        expires,
        null);
  }

  /** Of who has no token; rights can put them in. */
  private static Claims claims(String name, Namespace space) {
    return Claims.of(
        space.isNone()
            ? Map.of(SUBJECT, name)
            : Map.of(SUBJECT, name, ApiKey.TENANT, space.tenant()));
  }

  /**
   * That they are roles which the configuration knows.
   *
   * @throws IllegalArgumentException one is not
   */
  public void requireRoles(Collection<String> named) {
    for (String role : named) {
      if (!roles.containsKey(role)) {
        throw new IllegalArgumentException("there is no role '" + role + "'");
      }
    }
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
