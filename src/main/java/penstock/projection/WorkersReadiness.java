package penstock.projection;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Whether every worker of what readers read works or stands by; of a build beside that it only
 * tells. Asks nobody, so it answers when Redis does not.
 */
@Readiness
@ApplicationScoped
class WorkersReadiness implements HealthCheck {

  private final Projection projection;

  @Inject
  WorkersReadiness(Projection projection) {
    this.projection = projection;
  }

  @Override
  public HealthCheckResponse call() {
    HealthCheckResponseBuilder told = HealthCheckResponse.named("view workers");
    boolean fine = projection.hasBegun();
    for (Worker worker : projection.workers()) {
      WorkerState state = worker.state();
      Assignment work = worker.assignment();
      boolean served = projection.isServed(work);
      fine &= state.isFine() || !served;
      String name = work.view().name() + "/" + work.partition().index();
      told.withData(served ? name : name + "/" + work.generation(), state.told());
    }
    return told.status(fine).build();
  }
}
