package penstock;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate that stands for itself, made by the JDK's own tool, for a host that the test names.
 *
 * @param store with its key, in PKCS 12
 */
public record Certificate(Path store) {

  public static final String PASSWORD = "changeit";
  private static final String ALIAS = "server";

  /** Made in a folder of its own. */
  public static Certificate of(String host) {
    try {
      return of(host, Files.createTempDirectory("penstock-tls").resolve("key.p12"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Made in a file that may be there, and is replaced. */
  public static Certificate of(String host, Path store) throws IOException {
    return of("CN=" + host, "SAN=dns:" + host, store);
  }

  /**
   * Made for whoever the names say.
   *
   * @param subject its distinguished name
   * @param extension as keytool has it, such as {@code SAN=uri:spiffe://example/orders}
   */
  public static Certificate of(String subject, String extension, Path store) throws IOException {
    Path made = store.resolveSibling(store.getFileName() + ".new");
    Tool.run(
        Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
        "-genkeypair",
        "-keyalg",
        "EC",
        "-alias",
        ALIAS,
        "-dname",
        subject,
        "-ext",
        extension,
        "-storetype",
        "PKCS12",
        "-keystore",
        made.toString(),
        "-storepass",
        PASSWORD);
    Files.move(made, store, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    return new Certificate(store);
  }

  /** The certificate alone, as a file in PEM. */
  public Path pem() throws IOException, GeneralSecurityException {
    return write("cert.pem", "CERTIFICATE", certificate().getEncoded());
  }

  /** Its key alone. */
  public Path key() throws IOException, GeneralSecurityException {
    byte[] key = load().getKey(ALIAS, PASSWORD.toCharArray()).getEncoded();
    return write("key.pem", "PRIVATE KEY", key);
  }

  /** The certificate alone. */
  public X509Certificate certificate() throws IOException, GeneralSecurityException {
    return (X509Certificate) load().getCertificate(ALIAS);
  }

  /** What trusts it, in PKCS 12. */
  public Path trustStore() {
    return trustStore(store.resolveSibling("trust.p12"), this);
  }

  /** What trusts several, in PKCS 12. */
  public static Path trustStore(Path file, Certificate... certificates) {
    try {
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      for (Certificate one : certificates) {
        trusted.setCertificateEntry(one.store.getFileName().toString(), one.certificate());
      }
      try (OutputStream out = Files.newOutputStream(file)) {
        trusted.store(out, PASSWORD.toCharArray());
      }
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** With its key, for who proves to be whom it is of. */
  public KeyStore load() throws IOException, GeneralSecurityException {
    return KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
  }

  /** Of a client that shows this one, and trusts another one. */
  public SSLContext context(Certificate server) throws IOException, GeneralSecurityException {
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(load(), PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), server.trusting(), null);
    return context;
  }

  /** Of a client that trusts this one. */
  public TrustManager[] trusting() throws IOException, GeneralSecurityException {
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(KeyStore.getInstance(trustStore().toFile(), PASSWORD.toCharArray()));
    return trust.getTrustManagers();
  }

  private Path write(String name, String what, byte[] encoded) throws IOException {
    String text =
        "-----BEGIN %s-----\n%s\n-----END %s-----\n"
            .formatted(what, Base64.getMimeEncoder().encodeToString(encoded), what);
    return Files.writeString(store.resolveSibling(name), text);
  }
}
