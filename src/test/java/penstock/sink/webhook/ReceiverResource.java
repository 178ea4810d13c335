package penstock.sink.webhook;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gives the application under test a sink {@code hooked} with a receiver, which tests are given.
 */
public final class ReceiverResource implements QuarkusTestResourceLifecycleManager {

  static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

  private @Nullable Receiver receiver;

  @Override
  public Map<String, String> start() {
    receiver = new Receiver(Receiver.OK);
    return Map.ofEntries(
        Map.entry("penstock.streams.hooked.partitions", "2"),
        Map.entry("penstock.sinks.hooked.stream", "hooked"),
        Map.entry("penstock.sinks.hooked.kind", "webhook"),
        Map.entry("penstock.sinks.hooked.url", receiver.uri()),
        Map.entry("penstock.sinks.hooked.secrets", SECRET),
        Map.entry("penstock.sinks.hooked.allow-private", "true"),
        Map.entry("penstock.sinks.hooked.order", "key"),
        Map.entry("penstock.sinks.hooked.breaker.delay", "200ms"),
        Map.entry("penstock.sinks.hooked.retry.first", "50ms"),
        Map.entry("penstock.sinks.hooked.retry.longest", "200ms"));
  }

  @Override
  public void inject(TestInjector injector) {
    injector.injectIntoFields(receiver, new TestInjector.MatchesType(Receiver.class));
  }

  @Override
  public void stop() {
    if (receiver != null) {
      receiver.close();
    }
  }
}
