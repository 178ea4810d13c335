package penstock.ingest;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import penstock.problem.ProblemType;

/** What goes with the refusal of an append, besides its problem document. */
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
