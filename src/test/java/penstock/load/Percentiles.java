package penstock.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Times in milliseconds, by how many of a hundred do not exceed them. For any thread. */
public final class Percentiles {

  private final List<Double> millis = new ArrayList<>();

  public synchronized void add(double time) {
    millis.add(time);
  }

  private double at(List<Double> sorted, int percent) {
    return sorted.get((sorted.size() * percent + 99) / 100 - 1);
  }

  @Override
  public synchronized String toString() {
    if (millis.isEmpty()) {
      return "none";
    }
    List<Double> sorted = millis.stream().sorted().toList();
    return String.format(
        Locale.ROOT,
        "p50 %,.1f ms, p99 %,.1f ms, max %,.1f ms (%,d)",
        at(sorted, 50),
        at(sorted, 99),
        sorted.getLast(),
        sorted.size());
  }
}
