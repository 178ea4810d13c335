package penstock.sink.archive;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a cluster answered.
 *
 * @param body bounded; not to be modified
 * @param retryAfter when it wants to be asked again; null if it does not say
 */
record ClusterAnswer(int status, byte[] body, @Nullable Duration retryAfter) {

  boolean isSuccess() {
    return status >= 200 && status < 300;
  }
}
