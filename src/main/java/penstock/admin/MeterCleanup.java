package penstock.admin;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;

/**
 * Forgets all meters when the service stops. The registry outlives it where it is started again in
 * the same process, as a live reload does; its gauges would go on to show objects that are gone,
 * since whoever registers a meter of the same name gets the old one.
 */
@ApplicationScoped
class MeterCleanup {

  private final MeterRegistry registry;

  @Inject
  MeterCleanup(MeterRegistry registry) {
    this.registry = registry;
  }

  void end(@Observes ShutdownEvent stopping) {
    registry.clear();
  }
}
