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
  private static final int PATIENCE_MILLIS = 2_000;
  private static final int NO_ANSWER = -1;

  CommandSwitch() {}

  public static void main(String... arguments) {
    if (arguments.length == 1 && arguments[0].equals(HEALTH)) {
      System.exit(isReady() ? 0 : 1);
    }
    Quarkus.run(arguments);
  }

  /** An image has a port for that; what was packaged otherwise answers where it answers all. */
  private static boolean isReady() {
    int told = ask(port("quarkus.management.port", "QUARKUS_MANAGEMENT_PORT", 9000));
    if (told != HttpURLConnection.HTTP_OK && told != HttpURLConnection.HTTP_UNAVAILABLE) {
      told = ask(port("quarkus.http.port", "QUARKUS_HTTP_PORT", 8080));
    }
    return told == HttpURLConnection.HTTP_OK;
  }

  /** Configuration is not read for the question: a port is a property or in the environment. */
  private static int port(String property, String variable, int otherwise) {
    String set = System.getenv(variable);
    return Integer.getInteger(property, set == null ? otherwise : Integer.parseInt(set));
  }

  /** The status of its answer. */
  private static int ask(int port) {
    try {
      URI readiness = URI.create("http://127.0.0.1:" + port + "/q/health/ready");
      var asked = (HttpURLConnection) readiness.toURL().openConnection();
      asked.setConnectTimeout(PATIENCE_MILLIS);
      asked.setReadTimeout(PATIENCE_MILLIS);
      return asked.getResponseCode();
    } catch (IOException notThere) {
      return NO_ANSWER;
    }
  }
}
