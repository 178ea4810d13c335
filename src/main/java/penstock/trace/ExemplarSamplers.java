package penstock.trace;

import io.prometheus.client.exemplars.ExemplarSampler;
import io.quarkus.micrometer.runtime.export.exemplars.OpentelemetryExemplarSamplerProvider;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Optional;

/**
 * Counters and timers note the trace of what they counted (OpenMetrics' exemplars) only where there
 * are traces. The framework asks for a trace whenever anything is counted, and each question makes
 * a context for the answer.
 */
@ApplicationScoped
class ExemplarSamplers {

  @Produces
  @Singleton
  @Alternative
  @Priority(1)
  Optional<ExemplarSampler> sampler(Tracing tracing) {
    return tracing.isOn()
        ? new OpentelemetryExemplarSamplerProvider().exemplarSampler()
        : Optional.empty();
  }
}
