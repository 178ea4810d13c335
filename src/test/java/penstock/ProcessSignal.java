package penstock;

/** Signals that the JVM does not send by itself. */
public enum ProcessSignal {
  TERM,
  KILL,
  /** Suspends the process: its connections stay, and it does nothing. */
  STOP,
  CONT;

  /** Returns when it is sent. */
  public void send(long pid) {
    Tool.run("kill", "-" + this, Long.toString(pid));
  }
}
