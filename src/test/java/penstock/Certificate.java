package penstock;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;

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
    Path made = store.resolveSibling(store.getFileName() + ".new");
    Tool.run(
        Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
        "-genkeypair",
        "-keyalg",
        "EC",
        "-alias",
        ALIAS,
        "-dname",
        "CN=" + host,
        "-ext",
        "SAN=dns:" + host,
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
    return write("cert.pem", "CERTIFICATE", load().getCertificate(ALIAS).getEncoded());
  }

  /** Its key alone. */
  public Path key() throws IOException, GeneralSecurityException {
    byte[] key = load().getKey(ALIAS, PASSWORD.toCharArray()).getEncoded();
    return write("key.pem", "PRIVATE KEY", key);
  }

  /** What trusts it, in PKCS 12. */
  public Path trustStore() {
    try {
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      trusted.setCertificateEntry(ALIAS, load().getCertificate(ALIAS));
      Path file = store.resolveSibling("trust.p12");
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

  private KeyStore load() throws IOException, GeneralSecurityException {
    return KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
  }

  private Path write(String name, String what, byte[] encoded) throws IOException {
    String text =
        "-----BEGIN %s-----\n%s\n-----END %s-----\n"
            .formatted(what, Base64.getMimeEncoder().encodeToString(encoded), what);
    return Files.writeString(store.resolveSibling(name), text);
  }
}
