package penstock.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is bounded in it, whatever callers do and however long Redis is away. */
class AuditLogTest {

  private static final int MAX_QUEUED = 5;
  private static final int MAX_REFUSED = 3;
  private static final int MAX_DONE = 4;

  private record Config(
      Optional<Boolean> enabled, int maxQueued, Duration window, int maxRefused, int maxDone)
      implements AuditConfig {}

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final AuditLog log =
      new AuditLog(
          new Config(Optional.empty(), MAX_QUEUED, Duration.ofMinutes(1), MAX_REFUSED, MAX_DONE),
          true,
          new AuditMeters(registry),
          () -> now);

  private void add(AuditOutcome outcome, int times) {
    for (int i = 0; i < times; i++) {
      log.add(outcome, at -> AuditRecord.of(at, outcome, "/p", new JsonObject(), null));
    }
  }

  private double lost() {
    return registry.get("penstock.audit.lost").counter().count();
  }

  private @Nullable JsonObject counted() {
    return log.first(100).stream()
        .filter(record -> record.type().equals("audit.counted"))
        .map(AuditRecord::data)
        .reduce((first, second) -> second)
        .orElse(null);
  }

  @Test
  void soManyHaveARecordOfTheirOwnAndTheRestIsCounted() {
    add(AuditOutcome.REFUSED, 2);
    add(AuditOutcome.FAILED, 2);
    add(AuditOutcome.UNAUTHENTICATED, 7);
    assertThat(log.queued()).isEqualTo(MAX_REFUSED);
    now = now.plusSeconds(59);
    log.count(false);
    assertThat(counted()).isNull();

    now = now.plusSeconds(1);
    log.count(false);

    assertThat(counted())
        .isEqualTo(new JsonObject("{\"failed\":1,\"unauthenticated\":7,\"seconds\":60}"));
    assertThat(
            registry
                .get("penstock.audit.requests")
                .tag("outcome", "unauthenticated")
                .counter()
                .count())
        .isEqualTo(7);
    log.remove(log.queued());
    add(AuditOutcome.REFUSED, 1);
    assertThat(log.queued()).as("another window").isEqualTo(1);
    now = now.plusSeconds(60);
    log.count(false);
    assertThat(log.queued()).as("nothing was counted").isEqualTo(1);
  }

  @Test
  void refusalsTakeNothingFromWhatWasDone() {
    add(AuditOutcome.REFUSED, 100);
    add(AuditOutcome.DONE, 1);

    assertThat(log.first(100).getLast().type()).isEqualTo("audit.done");
  }

  @Test
  void whatDoesNotGoIntoTheQueueIsCountedAsLost() {
    add(AuditOutcome.DONE, MAX_DONE);
    add(AuditOutcome.REFUSED, MAX_REFUSED);
    assertThat(log.queued()).isEqualTo(MAX_QUEUED);
    assertThat(registry.get("penstock.audit.queued").gauge().value()).isEqualTo(MAX_QUEUED);
    assertThat(lost()).isEqualTo(MAX_DONE + MAX_REFUSED - MAX_QUEUED);

    List<AuditRecord> first = log.first(2);
    log.remove(2);

    assertThat(first).extracting(AuditRecord::type).containsOnly("audit.done");
    assertThat(log.first(1)).doesNotContainAnyElementsOf(first);
    assertThat(log.queued()).isEqualTo(MAX_QUEUED - 2);
  }

  @Test
  void anEndCountsWhatIsOpen() {
    add(AuditOutcome.UNAUTHENTICATED, 2);
    log.count(true);
    assertThat(counted()).isEqualTo(new JsonObject("{\"unauthenticated\":2,\"seconds\":1}"));
  }
}
