package penstock.security;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import penstock.Tool;

/**
 * A certificate that stands for itself, made by the JDK's own tool, for a host that the test names.
 *
 * @param store with its key, in PKCS 12
 */
record Certificate(Path store) {

  static final String PASSWORD = "changeit";
  private static final String ALIAS = "server";

  /** Made in a file that may be there, and is replaced. */
  static Certificate of(String host, Path store) throws IOException {
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
  Path pem() throws IOException, GeneralSecurityException {
    return write("cert.pem", "CERTIFICATE", load().getCertificate(ALIAS).getEncoded());
  }

  /** Its key alone. */
  Path key() throws IOException, GeneralSecurityException {
    byte[] key = load().getKey(ALIAS, PASSWORD.toCharArray()).getEncoded();
    return write("key.pem", "PRIVATE KEY", key);
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
