package penstock.http;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Tells of connections that say nothing; they are counted before there are beans. */
@ApplicationScoped
class ConnectionMeters {

  void register(@Observes StartupEvent event, Vertx vertx, MeterRegistry meters) {
    SilentConnections silent = ServerTransport.silent(vertx);
    Gauge.builder("penstock.http.silent.connections", silent, SilentConnections::size)
        .description("Connections whose first request is not there yet")
        .register(meters);
    FunctionCounter.builder(
            "penstock.http.silent.connections.ended", silent, SilentConnections::ended)
        .description("Connections that were ended since too many others said nothing either")
        .register(meters);
  }
}
