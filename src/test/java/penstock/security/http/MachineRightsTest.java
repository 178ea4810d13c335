package penstock.security.http;

import static penstock.Requests.given;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.Certificate;
import penstock.redis.RedisResource;
import penstock.security.http.RightsMatrix.Caller;
import penstock.security.http.RightsMatrix.Identity;

/**
 * The rows of the {@link RightsMatrix} for services without an issuer: by keys, over plain HTTP/1,
 * and by certificates, over TLS and HTTP/2.
 */
@QuarkusTest
@WithTestResource(RedisResource.class)
@WithTestResource(MachineResource.class)
@TestProfile(MachineRightsTest.Settings.class)
class MachineRightsTest {

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return RightsMatrix.SETTINGS;
    }
  }

  /** Of a certificate alone neither can be had: there is no token that could be kept. */
  private static final Map<String, Integer> BY_CERTIFICATE =
      Map.of("beginSession", 401, "issueTicket", 401);

  @TestHTTPResource URI base;

  @TestHTTPResource(tls = true)
  URI secure;

  MachineResource machines;

  private final List<HttpClient> clients = new ArrayList<>();
  private RightsMatrix matrix;

  @BeforeEach
  void read() throws IOException {
    String key = MachineResource.key(new Identity(RightsMatrix.ALL, "acme"));
    matrix =
        new RightsMatrix(
            given()
                .header("Authorization", "Bearer " + key)
                .get("/q/openapi?format=json")
                .asString());
  }

  @AfterEach
  void close() {
    clients.forEach(HttpClient::close);
  }

  private Caller byKey(String key) {
    clients.add(HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build());
    return new Caller(clients.getLast(), base, List.of("Authorization", "Bearer " + key));
  }

  private Caller byKey(Identity identity) {
    return byKey(MachineResource.key(identity));
  }

  private Caller byCertificate(Certificate certificate, String... headers) {
    clients.add(HttpClient.newBuilder().sslContext(context(certificate)).build());
    return new Caller(clients.getLast(), secure, List.of(headers));
  }

  private Caller byCertificate(Identity identity) {
    return byCertificate(machines.certificate(identity));
  }

  private SSLContext context(Certificate own) {
    try {
      return own.context(machines.server());
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aKeyThatIsNobodysIsRefusedEverywhere() {
    matrix.refuses(byKey(MachineResource.key(new Identity(new JsonObject(), "nobody"))));
  }

  @Test
  void whoHasTheRightByAKeyIsLetThroughAndNobodyElse() {
    matrix.takesItsRight(this::byKey, Map.of());
  }

  @Test
  void aKeyOfAnotherTenantNeitherSeesNorChangesAnything() {
    matrix.keepsTenantsApart(this::byKey, "globex");
  }

  @Test
  void aCertificateThatDoesNotSayWhoseItIsIsRefusedEverywhere() {
    matrix.refuses(byCertificate(machines.ambiguous()));
  }

  /** What a request says on purpose beats what is sent along. */
  @Test
  void aCertificateDoesNotMakeUpForABadKey() {
    Certificate able = machines.certificate(new Identity(RightsMatrix.ALL, "acme"));
    matrix.refuses(byCertificate(able, "Authorization", "Bearer " + "x".repeat(40)));
  }

  @Test
  void whoHasTheRightByACertificateIsLetThroughAndNobodyElse() {
    matrix.takesItsRight(this::byCertificate, BY_CERTIFICATE);
  }

  @Test
  void aCertificateOfAnotherTenantNeitherSeesNorChangesAnything() {
    matrix.keepsTenantsApart(this::byCertificate, "globex");
  }
}
