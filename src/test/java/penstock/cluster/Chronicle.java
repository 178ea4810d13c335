package penstock.cluster;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What was done to the cluster, and when. May be told from any thread. */
final class Chronicle {

  private static final double NANOS = 1e9;

  private final long start = System.nanoTime();
  private final List<String> lines = new ArrayList<>();
  private final Map<Fault, Integer> counts = new EnumMap<>(Fault.class);

  synchronized void tell(String what) {
    lines.add(String.format(Locale.ROOT, "%8.3f s  %s", (System.nanoTime() - start) / NANOS, what));
  }

  synchronized void begin(Fault fault) {
    counts.merge(fault, 1, Integer::sum);
    tell(fault.toString());
  }

  synchronized int count(Fault fault) {
    return counts.getOrDefault(fault, 0);
  }

  synchronized String counts() {
    return counts.toString();
  }

  @Override
  public synchronized String toString() {
    return String.join("\n", lines);
  }
}
