package penstock.redis.embedded;

import java.io.IOException;
import java.nio.file.Path;

/** A process that starts an embedded server, tells its port, and lives until it is killed. */
final class EmbeddedParent {

  private EmbeddedParent() {}

  static Process start(Path directory) throws IOException {
    return new ProcessBuilder(
            ProcessHandle.current().info().command().orElseThrow(),
            "-cp",
            System.getProperty("java.class.path"),
            EmbeddedParent.class.getName(),
            directory.toString())
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  public static void main(String[] args) throws IOException {
    System.out.println("port=" + EmbeddedRedis.start(Path.of(args[0]), System.getenv("PATH")));
    while (System.in.read() >= 0) {
      // until the test closes its end
    }
  }
}
