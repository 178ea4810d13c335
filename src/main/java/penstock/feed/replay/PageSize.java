package penstock.feed.replay;

/**
 * How many entries to read at once so that they make up a wanted size, judged by those read before.
 * May be used from any thread.
 */
public final class PageSize {

  private static final int FIRST = 16;

  private final long wantedBytes;
  private final int most;
  private volatile int entries;

  public PageSize(long wantedBytes, int most) {
    this.wantedBytes = wantedBytes;
    this.most = most;
    this.entries = Math.min(FIRST, most);
  }

  public int entries() {
    return entries;
  }

  /**
   * A page was read. The next one has at most twice as many entries.
   *
   * @param asked for how many
   * @param found how many there were
   * @param bytes what these take together
   */
  public void adapt(int asked, int found, long bytes) {
    if (found > 0) {
      long fitting = wantedBytes * found / Math.max(1, bytes);
      entries = (int) Math.clamp(fitting, 1, Math.min(2L * asked, most));
    }
  }
}
