package penstock.admin;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import penstock.stream.registry.Streams;

/**
 * Not ready while a declared stream is refused: a deployment that declares nonsense must not
 * replace a good one.
 */
@Readiness
@ApplicationScoped
class StreamsReadiness implements HealthCheck {

  private final Streams streams;

  @Inject
  StreamsReadiness(Streams streams) {
    this.streams = streams;
  }

  @Override
  public HealthCheckResponse call() {
    var response = HealthCheckResponse.named("streams");
    var refused = streams.refused();
    refused.forEach((stream, advice) -> response.withData(stream.value(), advice));
    return response.status(refused.isEmpty()).build();
  }
}
