import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.opensearch.Version;
import org.opensearch.common.settings.Settings;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.plugins.PluginInfo;
import org.opensearch.transport.Netty4ModulePlugin;

/**
 * An OpenSearch node of its own, until standard input ends: {@code java -cp ... OpenSearchNode.java
 * <home> <port>}. A process beside the tests, since its libraries and Quarkus's do not go together;
 * run from its source, since nothing else compiles against them.
 */
final class OpenSearchNode extends Node {

  private OpenSearchNode(Settings settings, Path home) {
    super(
        InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), home, () -> "test"),
        List.of(http()),
        false);
  }

  private static PluginInfo http() {
    return new PluginInfo(
        "http",
        "HTTP",
        "1",
        Version.CURRENT,
        "25",
        Netty4ModulePlugin.class.getName(),
        null,
        List.of(),
        false);
  }

  public static void main(String[] args) throws Exception {
    Path home = Path.of(args[0]);
    Settings settings =
        Settings.builder()
            .put("path.home", home.toString())
            .put("cluster.name", "penstock-test")
            .put("node.name", "test")
            .put("network.host", "127.0.0.1")
            .put("http.port", args[1])
            .put("transport.port", "0")
            .put("http.type", "netty4")
            .put("transport.type", "netty4")
            .put("discovery.type", "single-node")
            // The disk of a machine that tests run on is as full as it is.
            .put("cluster.routing.allocation.disk.threshold_enabled", false)
            // Low enough for a test to exceed.
            .put("http.max_content_length", "2mb")
            .build();
    try (Node node = new OpenSearchNode(settings, home)) {
      node.start();
      while (System.in.read() >= 0) {}
    }
  }
}
