package penstock.sink.webhook;

import java.net.UnknownHostException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** What an operator is told of a request that got no answer: one line, without what was sent. */
final class FailureText {

  private static final int MOST_CHARACTERS = 200;

  private FailureText() {}

  static String of(Throwable failure) {
    return switch (failure) {
      case RefusedAddressException refused -> String.valueOf(refused.getMessage());
      case UnknownHostException unknown -> "no such host: " + shortened(unknown.getMessage());
      case TimeoutException late -> shortened(late.getMessage());
      case SSLException tls -> "no TLS connection: " + shortened(deepest(tls).getMessage());
      default -> "no answer: " + shortened(deepest(failure).getMessage());
    };
  }

  private static Throwable deepest(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null && cause.getCause() != cause) {
      cause = cause.getCause();
    }
    return cause;
  }

  private static String shortened(@Nullable String message) {
    String line = String.valueOf(message).lines().findFirst().orElse("");
    return line.length() > MOST_CHARACTERS ? line.substring(0, MOST_CHARACTERS) : line;
  }
}
