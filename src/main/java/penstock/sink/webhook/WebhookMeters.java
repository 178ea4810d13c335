package penstock.sink.webhook;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import penstock.sink.SinkName;

/** What is counted of one webhook's requests. May be used from any thread. */
final class WebhookMeters {

  private final MeterRegistry registry;
  private final SinkName sink;
  private final ConcurrentMap<String, Timer> byResult = new ConcurrentHashMap<>();

  WebhookMeters(MeterRegistry registry, SinkName sink) {
    this.registry = registry;
    this.sink = sink;
  }

  /**
   * @param result the first digit of the status, as in {@code 2xx}, or {@code none} without an
   *     answer
   */
  void answered(String result, long nanos) {
    byResult
        .computeIfAbsent(
            result,
            absent ->
                Timer.builder("penstock.sink.webhook.requests")
                    .description("From sending a request to a webhook's receiver to its answer")
                    .tag("sink", sink.value())
                    .tag("status", result)
                    .register(registry))
        .record(nanos, TimeUnit.NANOSECONDS);
  }
}
