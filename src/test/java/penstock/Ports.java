package penstock;

import java.io.IOException;
import java.io.UncheckedIOException;
import penstock.redis.embedded.ServerProcess;

/** Ports for servers of tests. */
public final class Ports {

  private Ports() {}

  /** As {@link ServerProcess#freePort}. */
  public static int free() {
    try {
      return ServerProcess.freePort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
