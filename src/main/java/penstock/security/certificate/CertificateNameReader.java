package penstock.security.certificate;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jspecify.annotations.Nullable;
import penstock.security.AuthConfig.CertificateName;
import penstock.security.AuthConfig.SubjectPart;

/**
 * Reads whose a certificate is. The others of its names are not looked at, so that nobody is taken
 * for somebody whose name an authority let stand in another place.
 */
final class CertificateNameReader {

  /** The numbers of RFC 5280's kinds of alternative names. */
  private static final int DNS = 2;

  private static final int URI = 6;

  private CertificateNameReader() {}

  /** The one name of the kind; null if there is none, or several. */
  static @Nullable String read(X509Certificate certificate, CertificateName kind) {
    List<String> names =
        switch (kind) {
          case COMMON_NAME -> read(certificate, SubjectPart.COMMON_NAME);
          case DNS ->
              alternatives(certificate, DNS).stream()
                  .map(name -> name.toLowerCase(Locale.ROOT))
                  .toList();
          case URI -> alternatives(certificate, URI);
        };
    return names.size() == 1 && !names.getFirst().isEmpty() ? names.getFirst() : null;
  }

  /** All that its subject has as this part. */
  static List<String> read(X509Certificate certificate, SubjectPart part) {
    String type =
        switch (part) {
          case COMMON_NAME -> "CN";
          case ORGANIZATION -> "O";
          case ORGANIZATIONAL_UNIT -> "OU";
        };
    List<String> values = new ArrayList<>();
    try {
      // several parts may stand in one place: CN=a+O=b
      for (Rdn place : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
        Attribute found = place.toAttributes().get(type);
        if (found != null) {
          Collections.list(found.getAll()).forEach(value -> values.add(String.valueOf(value)));
        }
      }
      return values;
    } catch (NamingException broken) {
      return List.of();
    }
  }

  private static List<String> alternatives(X509Certificate certificate, int kind) {
    try {
      Collection<List<?>> all = certificate.getSubjectAlternativeNames();
      return all == null
          ? List.of()
          : all.stream()
              .filter(one -> Integer.valueOf(kind).equals(one.get(0)))
              .map(one -> String.valueOf(one.get(1)))
              .toList();
    } catch (CertificateParsingException broken) {
      return List.of();
    }
  }
}
