package penstock.sink.http;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import penstock.consumer.service.Workers;
import penstock.consumer.worker.ShardTask;
import penstock.sink.worker.SinkShard;

/**
 * Shows how this instance's tasks of sinks are. Never down: that a receiver is away, or a sink was
 * stopped, is no reason to send no one here. Alerts tell of it. Asks nobody, so it answers when
 * Redis does not.
 */
@Readiness
@ApplicationScoped
class SinkReadiness implements HealthCheck {

  private final Workers workers;

  @Inject
  SinkReadiness(Workers workers) {
    this.workers = workers;
  }

  @Override
  public HealthCheckResponse call() {
    HealthCheckResponseBuilder answer = HealthCheckResponse.named("sinks");
    for (ShardTask task : workers.tasks()) {
      if (task.shard() instanceof SinkShard shard) {
        answer.withData(shard.sink().name() + "/" + shard.partition().index(), task.description());
      }
    }
    return answer.up().build();
  }
}
