package penstock.cluster;

import org.jspecify.annotations.Nullable;

/**
 * What a producer knows of an event that it sent.
 *
 * @param sent when it was first sent, in {@link System#nanoTime}
 * @param ended when its outcome was known, or it was given up
 * @param requests how often it was sent
 * @param position where it is; null if its outcome is unknown
 */
record Attempt(Occurrence event, long sent, long ended, int requests, @Nullable String position) {

  boolean isAcknowledged() {
    return position != null;
  }
}
