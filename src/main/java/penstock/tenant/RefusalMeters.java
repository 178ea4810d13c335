package penstock.tenant;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** Counts what is refused to tenants. Not by tenant: there may be any number of them. */
@Singleton
class RefusalMeters {

  /** Which limit it was. */
  enum Kind {
    RATE,
    STORED,
    DELAYED,
    SUBSCRIBERS;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Map<Kind, Counter> refused = new EnumMap<>(Kind.class);

  @Inject
  RefusalMeters(MeterRegistry registry) {
    for (Kind kind : Kind.values()) {
      refused.put(
          kind,
          Counter.builder("penstock.tenant.refused")
              .description("Requests of tenants that were at a limit")
              .tag("limit", kind.toString())
              .register(registry));
    }
  }

  void refused(Kind kind) {
    Counter counter = refused.get(kind);
    if (counter != null) {
      counter.increment();
    }
  }
}
