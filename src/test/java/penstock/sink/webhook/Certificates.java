package penstock.sink.webhook;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import penstock.Tool;

/** Certificates that sign themselves, made by the JDK's keytool for one run. */
final class Certificates {

  static final String PASSWORD = "change-it";

  private Certificates() {}

  /** A key and its certificate for a name, as PKCS 12. */
  static Path keyStore(String name) {
    try {
      Path store = Files.createTempDirectory("penstock-tls").resolve("key.p12");
      Tool.run(
          keytool(),
          "-genkeypair",
          "-alias",
          "key",
          "-keyalg",
          "EC",
          "-dname",
          "CN=" + name,
          "-ext",
          "san=dns:" + name,
          "-validity",
          "7",
          "-storetype",
          "PKCS12",
          "-keystore",
          store.toString(),
          "-storepass",
          PASSWORD);
      return store;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What trusts the certificate of a key store. */
  static Path trustStore(Path keyStore) {
    Path certificate = keyStore.resolveSibling("certificate.pem");
    Path store = keyStore.resolveSibling("trust.p12");
    Tool.run(
        keytool(),
        "-exportcert",
        "-rfc",
        "-alias",
        "key",
        "-keystore",
        keyStore.toString(),
        "-storepass",
        PASSWORD,
        "-file",
        certificate.toString());
    Tool.run(
        keytool(),
        "-importcert",
        "-noprompt",
        "-alias",
        "ca",
        "-file",
        certificate.toString(),
        "-storetype",
        "PKCS12",
        "-keystore",
        store.toString(),
        "-storepass",
        PASSWORD);
    return store;
  }

  private static String keytool() {
    return Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
  }

  /** Sockets with the key of one store that trust what the other one has. */
  static SSLServerSocketFactory sockets(Path keyStore, Path trustStore) {
    try {
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(load(keyStore), PASSWORD.toCharArray());
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(load(trustStore));
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
      return context.getServerSocketFactory();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyStore load(Path store) throws GeneralSecurityException {
    try (InputStream in = Files.newInputStream(store)) {
      KeyStore loaded = KeyStore.getInstance("PKCS12");
      loaded.load(in, PASSWORD.toCharArray());
      return loaded;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
