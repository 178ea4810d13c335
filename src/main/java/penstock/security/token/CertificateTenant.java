package penstock.security.token;

import java.util.List;
import penstock.http.Namespace;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;

/** Of which tenant a certificate's caller is. As with a token, it is taken as it stands. */
final class CertificateTenant {

  private CertificateTenant() {}

  /**
   * What names stand for that the certificate's caller uses.
   *
   * @param found all that stands where it should
   */
  static Namespace read(List<String> found) {
    if (found.size() > 1) {
      throw refused("has several tenants");
    }
    try {
      return found.isEmpty() ? Namespace.NONE : Namespace.of(found.getFirst());
    } catch (IllegalArgumentException broken) {
      throw refused("has no tenant where it should: " + broken.getMessage());
    }
  }

  static ProblemException missing() {
    return refused("does not say of which tenant it is");
  }

  private static ProblemException refused(String reason) {
    return ProblemException.of(ProblemType.INVALID_TOKEN, "The certificate " + reason + ".");
  }
}
