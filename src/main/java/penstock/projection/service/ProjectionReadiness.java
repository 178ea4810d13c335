package penstock.projection.service;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import penstock.projection.ProjectionShard;
import penstock.projection.worker.ShardTask;
import penstock.projection.worker.ShardTaskState;

/**
 * Whether every task of what readers read works or stands by; the tasks of a build beside that are
 * only shown. Those that wait for Redis are not counted against the instance: whether Redis may be
 * waited for is what the check of Redis says. Asks nobody, so it answers when Redis does not.
 */
@Readiness
@ApplicationScoped
class ProjectionReadiness implements HealthCheck {

  private final Projection projection;

  @Inject
  ProjectionReadiness(Projection projection) {
    this.projection = projection;
  }

  @Override
  public HealthCheckResponse call() {
    HealthCheckResponseBuilder answer = HealthCheckResponse.named("view workers");
    boolean fine = projection.hasBegun();
    for (ShardTask task : projection.tasks()) {
      ShardTaskState state = task.state();
      ProjectionShard shard = task.shard();
      boolean served = projection.isServed(shard);
      fine &= state.isFine() || !served;
      String name = shard.view().name() + "/" + shard.partition().index();
      answer.withData(served ? name : name + "/" + shard.generation(), state.text());
    }
    return answer.status(fine).build();
  }
}
