package penstock.audit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.IntSupplier;

/** How much is written down. */
@ApplicationScoped
class AuditMeters {

  private final MeterRegistry registry;
  private final Map<AuditOutcome, Counter> requests = new EnumMap<>(AuditOutcome.class);
  private final Counter lost;

  @Inject
  AuditMeters(MeterRegistry registry) {
    this.registry = registry;
    for (AuditOutcome outcome : AuditOutcome.values()) {
      requests.put(
          outcome,
          Counter.builder("penstock.audit.requests")
              .description("Requests that change something, that were refused, or of nobody known")
              .tag("outcome", outcome.toString())
              .register(registry));
    }
    this.lost =
        Counter.builder("penstock.audit.lost")
            .description("Records that are in the log only, since Redis did not take them in time")
            .register(registry);
  }

  /**
   * @param queued how many records wait for Redis
   */
  void register(IntSupplier queued) {
    Gauge.builder("penstock.audit.queued", queued::getAsInt)
        .description("Records that wait for Redis")
        .register(registry);
  }

  void count(AuditOutcome outcome) {
    Counter counter = requests.get(outcome);
    if (counter != null) {
      counter.increment();
    }
  }

  void lost() {
    lost.increment();
  }
}
