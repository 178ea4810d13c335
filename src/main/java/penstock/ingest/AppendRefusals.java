package penstock.ingest;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import penstock.problem.ProblemType;

/** Counts the appends that are refused, by the problem that is told. */
@ApplicationScoped
class AppendRefusals {

  private final MeterRegistry registry;

  @Inject
  AppendRefusals(MeterRegistry registry) {
    this.registry = registry;
  }

  void count(ProblemType reason) {
    Counter.builder("penstock.ingest.rejected")
        .description("Requests refused, by the problem told")
        .tag("reason", reason.slug())
        .register(registry)
        .increment();
  }
}
