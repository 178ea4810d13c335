package penstock.projection.service;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import penstock.consumer.service.Workers;
import penstock.consumer.worker.ShardTask;
import penstock.consumer.worker.ShardTaskState;
import penstock.projection.ProjectionShard;
import penstock.view.Views;

/**
 * Whether every task of what readers read works or stands by; the tasks of a build beside that are
 * only shown. Those that wait for Redis are not counted against the instance: whether Redis may be
 * waited for is what the check of Redis says. Asks nobody, so it answers when Redis does not.
 */
@Readiness
@ApplicationScoped
class ProjectionReadiness implements HealthCheck {

  private final Workers workers;
  private final Views views;

  @Inject
  ProjectionReadiness(Workers workers, Views views) {
    this.workers = workers;
    this.views = views;
  }

  @Override
  public HealthCheckResponse call() {
    HealthCheckResponseBuilder answer = HealthCheckResponse.named("view workers");
    boolean begun = !workers.isEnabled() || views.all().isEmpty();
    boolean fine = true;
    for (ShardTask task : workers.tasks()) {
      if (task.shard() instanceof ProjectionShard shard) {
        begun = true;
        ShardTaskState state = task.state();
        boolean served = isServed(shard);
        fine &= state.isFine() || !served;
        String name = shard.view().name() + "/" + shard.partition().index();
        answer.withData(served ? name : name + "/" + shard.generation(), state.text());
      }
    }
    return answer.status(begun && fine).build();
  }

  /** Whether readers read what the task works, as this instance last heard. */
  private boolean isServed(ProjectionShard shard) {
    String own = shard.generation().id();
    return workers.assignor().served(shard.view().name()).orElse(own).equals(own);
  }
}
