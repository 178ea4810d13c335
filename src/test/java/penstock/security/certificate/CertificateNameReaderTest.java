package penstock.security.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import penstock.Certificate;
import penstock.security.AuthConfig.CertificateName;
import penstock.security.AuthConfig.SubjectPart;

/** Whose a certificate is, by each kind of name. */
class CertificateNameReaderTest {

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "COMMON_NAME | CN=billing,O=Example | SAN=dns:a.example | billing",
        // what stands in another place, or in another part's value, is no name
        "COMMON_NAME | O=CN\\=billing | SAN=dns:billing |",
        "COMMON_NAME | CN=billing,CN=reports | SAN=dns:a.example |",
        "COMMON_NAME | CN=billing\\,CN\\=reports | SAN=dns:a.example | billing,CN=reports",
        "DNS | CN=x | SAN=dns:Billing.Example | billing.example",
        "DNS | CN=billing.example | SAN=uri:spiffe://example/billing |",
        "DNS | CN=x | SAN=dns:a.example,dns:b.example |",
        "DNS | CN=x | SAN=ip:127.0.0.1 |",
        "URI | CN=x | SAN=uri:spiffe://example/billing,dns:a.example | spiffe://example/billing",
        "URI | CN=spiffe://example/billing | SAN=dns:a.example |",
        "URI | CN=x | KeyUsage=digitalSignature |",
      })
  void theOneNameOfItsKind(CertificateName kind, String subject, String extension, String name)
      throws Exception {
    Certificate made = Certificate.of(subject, extension, directory.resolve("client.p12"));
    assertThat(CertificateNameReader.read(made.certificate(), kind)).isEqualTo(name);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ORGANIZATION | CN=billing,O=acme | acme",
        "ORGANIZATION | CN=O\\=acme,OU=acme |",
        "ORGANIZATION | CN=billing,O=acme,O=globex | acme;globex",
        "ORGANIZATION | CN=billing+O=acme,O=globex | acme;globex",
        "ORGANIZATION | CN=billing,O=acme\\,O\\=globex | acme,O=globex",
        "ORGANIZATIONAL_UNIT | CN=billing,OU=acme,O=globex | acme",
        "COMMON_NAME | CN=acme,O=globex | acme",
      })
  void allOfAPart(SubjectPart part, String subject, @Nullable String values) throws Exception {
    Certificate made =
        Certificate.of(subject, "SAN=dns:a.example", directory.resolve("client.p12"));
    assertThat(CertificateNameReader.read(made.certificate(), part))
        .containsExactlyInAnyOrder(values == null ? new String[0] : values.split(";"));
  }
}
