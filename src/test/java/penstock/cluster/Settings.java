package penstock.cluster;

import java.time.Duration;

/**
 * How large a run is. Each value is a system property {@code cluster.<name>}.
 *
 * @param instances of the service, each with a way of its own to the one Redis
 * @param rate events a second, by all producers together
 */
record Settings(
    long seed,
    Duration duration,
    int instances,
    int partitions,
    int producers,
    int followers,
    int rate,
    Duration lease) {

  static Settings fromProperties() {
    return new Settings(
        Long.getLong("cluster.seed", System.nanoTime()),
        Duration.ofSeconds(Math.round(60 * decimal("cluster.minutes", 0.5))),
        Integer.getInteger("cluster.instances", 2),
        Integer.getInteger("cluster.partitions", 1),
        Integer.getInteger("cluster.producers", 4),
        Integer.getInteger("cluster.followers", 3),
        Integer.getInteger("cluster.rate", 800),
        Duration.ofMillis(Integer.getInteger("cluster.lease.millis", 2_000)));
  }

  private static double decimal(String property, double otherwise) {
    String given = System.getProperty(property);
    return given == null || given.isEmpty() ? otherwise : Double.parseDouble(given);
  }
}
