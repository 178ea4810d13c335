package penstock.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MeterCleanupTest {

  @Test
  void aGaugeOfTheNextRunShowsThatRun() {
    var registry = new SimpleMeterRegistry();
    Gauge.builder("g", new AtomicInteger(1), AtomicInteger::get).register(registry);
    new MeterCleanup(registry).end(new ShutdownEvent());
    Gauge.builder("g", new AtomicInteger(2), AtomicInteger::get).register(registry);
    assertThat(registry.get("g").gauge().value()).isEqualTo(2);
  }
}
