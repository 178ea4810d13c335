package penstock.sink.archive;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;

/** Gives the application under test a real OpenSearch node: the sink {@code history} uses it. */
public final class OpenSearchResource implements QuarkusTestResourceLifecycleManager {

  private OpenSearch node;

  @Override
  public Map<String, String> start() {
    node = OpenSearch.shared();
    return Map.of("penstock.sinks.history.hosts", node.uri());
  }

  @Override
  public void inject(TestInjector injector) {
    injector.injectIntoFields(node, new TestInjector.MatchesType(OpenSearch.class));
  }

  @Override
  public void stop() {
    // It ends with the JVM.
  }
}
