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
 * Ready while Redis is there and may be used, over all connections. Whether it takes writes is said
 * beside, but does not make the instance unready: a Redis that refuses them refuses those of every
 * instance, which would all be taken from their readers with nothing won. Answers on the event
 * loop, from what the monitor last saw.
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
    response.withData("reads", objection.isEmpty() ? "served" : "not served");
    response.withData("writes", monitor.refusal().map(why -> "refused: " + why).orElse("taken"));
    monitor.warning().ifPresent(warning -> response.withData("warning", warning));
    return Uni.createFrom().item(response.status(objection.isEmpty()).build());
  }
}
