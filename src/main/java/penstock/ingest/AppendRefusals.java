package penstock.ingest;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import penstock.problem.ProblemType;

/** What goes with the refusal of an append, besides its problem document. */
@ApplicationScoped
class AppendRefusals {

  /** A client whose connection ends while it sends may lose the answer that it has not read yet. */
  private static final int LINGER_MILLIS = 2_000;

  private final Vertx vertx;
  private final MeterRegistry registry;

  @Inject
  AppendRefusals(Vertx vertx, MeterRegistry registry) {
    this.vertx = vertx;
    this.registry = registry;
  }

  void count(ProblemType reason) {
    Counter.builder("penstock.ingest.rejected")
        .description("Requests refused, by the problem told")
        .tag("reason", reason.slug())
        .register(registry)
        .increment();
  }

  /**
   * Waits for nothing of the body that is still to come: the connection ends, but not before a
   * client that still sends had time to read why. To be called before the response begins.
   */
  void endUnread(HttpServerRequest request) {
    if (!request.isEnded() && request.version() != HttpVersion.HTTP_2) {
      request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
      vertx.setTimer(LINGER_MILLIS, over -> request.connection().close());
    }
    // What comes until then is thrown away. Over HTTP/2 a request that has ended takes it amiss.
    if (!request.isEnded()) {
      request.resume();
    }
  }
}
