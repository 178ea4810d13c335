package penstock.security.token;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import penstock.http.Namespace;
import penstock.security.AuthConfig;
import penstock.security.identity.Claims;

/**
 * Where a token says of which tenant its caller is. What it says is taken as it stands or refused,
 * never made to fit: two tenants must not become one.
 *
 * @param path names of members, each within the one before
 * @param required whether only an operator's token may say nothing
 */
record TenantClaim(List<String> path, boolean required) {

  /** Null where tokens have no tenant. */
  static @Nullable TenantClaim of(AuthConfig config) {
    return config
        .tenantClaim()
        .map(claim -> new TenantClaim(Arrays.asList(claim.split("/")), config.tenantRequired()))
        .orElse(null);
  }

  /**
   * What names stand for that the token's caller uses.
   *
   * @param operator the token has a right to all names
   * @throws penstock.problem.ProblemException it does not say so, or nothing that is a tenant
   */
  Namespace read(Claims claims, boolean operator) {
    Object value = claims.at(path);
    if (value == null) {
      if (required && !operator) {
        throw Refusals.invalid("does not say of which tenant it is (" + claim() + ")");
      }
      return Namespace.NONE;
    }
    String tenant =
        value instanceof String
                || value instanceof Integer
                || value instanceof Long
                || value instanceof BigInteger
            ? value.toString()
            : "";
    try {
      return Namespace.of(tenant);
    } catch (IllegalArgumentException broken) {
      throw Refusals.invalid(
          "has no tenant in its claim '" + claim() + "': " + broken.getMessage());
    }
  }

  private String claim() {
    return String.join("/", path);
  }
}
