package penstock;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** Programs of the machine that tests make use of. */
public final class Tool {

  private Tool() {}

  /** Whether hosts of their own, as far as the network knows, can be made here: by root only. */
  public static boolean makesNetworkNamespaces() {
    String name = "ps" + ProcessHandle.current().pid() + "p";
    try {
      run("ip", "netns", "add", name);
      run("ip", "netns", "del", name);
      return true;
    } catch (UncheckedIOException | IllegalStateException notHere) {
      return false;
    }
  }

  /**
   * Runs one to its end.
   *
   * @throws IllegalStateException with what it said, if it does not succeed
   */
  public static void run(String... command) {
    output(command);
  }

  /**
   * The same; what it wrote to standard output.
   *
   * @throws IllegalStateException with what it said, if it does not succeed
   */
  public static String output(String... command) {
    try {
      Path errors = Files.createTempFile("tool", ".err");
      Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS)
          || process.exitValue() != 0) {
        throw new IllegalStateException(
            Arrays.toString(command) + ": " + said + Files.readString(errors));
      }
      Files.delete(errors);
      return said;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
