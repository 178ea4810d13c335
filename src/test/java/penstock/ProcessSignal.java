package penstock;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Signals that the JVM does not send by itself. */
public enum ProcessSignal {
  TERM,
  KILL,
  /** Suspends the process: its connections stay, and it does nothing. */
  STOP,
  CONT;

  /** Returns when it is sent. */
  public void send(long pid) {
    try {
      int result =
          new ProcessBuilder("kill", "-" + this, Long.toString(pid)).inheritIO().start().waitFor();
      if (result != 0) {
        throw new IllegalStateException("kill -" + this + " failed");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
