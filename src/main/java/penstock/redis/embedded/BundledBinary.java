package penstock.redis.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/**
 * The server binary that the embedded-redis jar carries for some systems. Images are built without
 * it.
 */
final class BundledBinary {

  private static final int NAME_BYTES = 8;

  private BundledBinary() {}

  /**
   * Extracts this system's binary into the directory, once for each content; empty if there is
   * none.
   */
  static Optional<Path> extract(Path directory) throws IOException {
    Optional<String> resource =
        resource(System.getProperty("os.name"), System.getProperty("os.arch"));
    if (resource.isEmpty()) {
      return Optional.empty();
    }
    byte[] binary;
    try (InputStream in =
        Thread.currentThread().getContextClassLoader().getResourceAsStream(resource.get())) {
      if (in == null) {
        return Optional.empty();
      }
      binary = in.readAllBytes();
    }
    Path target = directory.resolve("redis-server-" + checksum(binary));
    if (!Files.isExecutable(target) || Files.size(target) != binary.length) {
      Path part = Files.createTempFile(directory, "redis-server-", ".part");
      Files.write(part, binary);
      Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rwx------"));
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    }
    return Optional.of(target);
  }

  static Optional<String> resource(String os, String arch) {
    String system = os.toLowerCase(Locale.ROOT);
    boolean arm = arch.equals("aarch64") || arch.equals("arm64");
    boolean intel = arch.equals("amd64") || arch.equals("x86_64");
    if (system.contains("linux")) {
      return intel
          ? Optional.of("redis-server-6.2.6-v5-linux-amd64")
          : arm ? Optional.of("redis-server-6.2.7-linux-arm64") : Optional.empty();
    }
    if (system.contains("mac")) {
      return intel
          ? Optional.of("redis-server-6.2.6-v5-darwin-amd64")
          : arm ? Optional.of("redis-server-6.2.6-v5-darwin-arm64") : Optional.empty();
    }
    return Optional.empty();
  }

  private static String checksum(byte[] content) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
      return HexFormat.of().formatHex(Arrays.copyOf(digest, NAME_BYTES));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
