package penstock.admin;

import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import penstock.redis.RedisMonitor;

/**
 * Ready only while Redis is there and may be used. Answers on the event loop, from what the monitor
 * last saw.
 */
@Readiness
@ApplicationScoped
class RedisReadiness implements AsyncHealthCheck {

  private final RedisMonitor monitor;

  @Inject
  RedisReadiness(RedisMonitor monitor) {
    this.monitor = monitor;
  }

  @Override
  public Uni<HealthCheckResponse> call() {
    var response = HealthCheckResponse.named("redis");
    monitor.version().ifPresent(version -> response.withData("version", version));
    Optional<String> objection = monitor.objection();
    objection.ifPresent(reason -> response.withData("reason", reason));
    return Uni.createFrom().item(response.status(objection.isEmpty()).build());
  }
}
