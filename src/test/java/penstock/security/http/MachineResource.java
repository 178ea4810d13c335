package penstock.security.http;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import penstock.Certificate;
import penstock.security.http.RightsMatrix.Identity;

/**
 * Has the application under test know all of {@link RightsMatrix#identities} by a key each, and by
 * a certificate each. A field of type {@link MachineResource} of the test is set to it.
 */
public final class MachineResource implements QuarkusTestResourceLifecycleManager {

  private static final String URI = "spiffe://example/";

  private final Map<String, Certificate> certificates = new HashMap<>();
  private Certificate server;
  private Certificate ambiguous;

  @Override
  public Map<String, String> start() {
    try {
      return settings(Files.createTempDirectory("penstock-machines-"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Map<String, String> settings(Path directory) throws IOException {
    List<Identity> identities = RightsMatrix.identities();
    server = Certificate.of("localhost", directory.resolve("server.p12"));
    ambiguous = certificate(directory, "CN=two", "two,uri:" + URI + "three");
    var settings = new HashMap<String, String>();
    for (Identity one : identities) {
      String name = one.name();
      String subject = "CN=" + name + (one.tenant() == null ? "" : ",O=" + one.tenant());
      certificates.put(name, certificate(directory, subject, name));
      settings.put("penstock.auth.roles." + name, one.rights().encode());
      settings.put("penstock.auth.certificates.roles." + name, URI + name);
    }
    var trusted = new HashMap<>(certificates);
    trusted.put("two", ambiguous);
    String keys = identities.stream().map(MachineResource::line).collect(Collectors.joining("\n"));
    settings.put("quarkus.http.host", "localhost");
    settings.put("quarkus.http.test-ssl-port", "0");
    settings.put("quarkus.tls.key-store.p12.path", server.store().toString());
    settings.put("quarkus.tls.key-store.p12.password", Certificate.PASSWORD);
    settings.put(
        "quarkus.tls.trust-store.p12.path",
        Certificate.trustStore(
                directory.resolve("clients.p12"), trusted.values().toArray(Certificate[]::new))
            .toString());
    settings.put("quarkus.tls.trust-store.p12.password", Certificate.PASSWORD);
    settings.put("penstock.auth.mode", "api-key");
    settings.put(
        "penstock.auth.api-keys.file",
        Files.writeString(directory.resolve("keys"), keys).toString());
    settings.put("penstock.auth.certificates.name", "uri");
    settings.put("penstock.auth.certificates.tenant", "organization");
    return settings;
  }

  private static Certificate certificate(Path directory, String subject, String name)
      throws IOException {
    String file = Integer.toHexString(name.hashCode()) + ".p12";
    return Certificate.of(subject, "SAN=uri:" + URI + name, directory.resolve(file));
  }

  private static String line(Identity of) {
    String tenant = of.tenant() == null ? "" : "tenant=" + of.tenant() + ":";
    return of.name() + ":" + digest(key(of)) + ":" + tenant + of.rights().encode();
  }

  private static String digest(String key) {
    try {
      byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static String key(Identity of) {
    return "key-".repeat(8) + of.name();
  }

  Certificate server() {
    return server;
  }

  Certificate certificate(Identity of) {
    return certificates.get(of.name());
  }

  /** Which has two names of the kind that counts. */
  Certificate ambiguous() {
    return ambiguous;
  }

  @Override
  public void inject(TestInjector injector) {
    injector.injectIntoFields(this, new TestInjector.MatchesType(MachineResource.class));
  }

  @Override
  public void stop() {
    // what it made is files
  }
}
