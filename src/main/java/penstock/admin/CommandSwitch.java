package penstock.admin;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;

/**
 * Where the program begins: with the argument {@code health} it asks the instance beside it whether
 * it is ready, and ends with 0 if so; else it is the service. For the health command of images that
 * have no other program.
 */
@QuarkusMain
public final class CommandSwitch {

  private static final String HEALTH = "health";
  private static final String PORT = "quarkus.http.port";
  private static final int DEFAULT_PORT = 8080;
  private static final int PATIENCE_MILLIS = 2_000;

  private CommandSwitch() {}

  /** Configuration is not read for the question: the port is a property or in the environment. */
  public static void main(String... arguments) {
    if (arguments.length == 1 && arguments[0].equals(HEALTH)) {
      System.exit(isReady(port()) ? 0 : 1);
    }
    Quarkus.run(arguments);
  }

  private static int port() {
    String set = System.getenv("QUARKUS_HTTP_PORT");
    return Integer.getInteger(PORT, set == null ? DEFAULT_PORT : Integer.parseInt(set));
  }

  private static boolean isReady(int port) {
    try {
      URI readiness = URI.create("http://127.0.0.1:" + port + "/q/health/ready");
      var asked = (HttpURLConnection) readiness.toURL().openConnection();
      asked.setConnectTimeout(PATIENCE_MILLIS);
      asked.setReadTimeout(PATIENCE_MILLIS);
      return asked.getResponseCode() == HttpURLConnection.HTTP_OK;
    } catch (IOException notThere) {
      return false;
    }
  }
}
