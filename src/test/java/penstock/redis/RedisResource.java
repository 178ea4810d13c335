package penstock.redis;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gives the application under test a Redis server: {@code @WithTestResource(RedisResource.class)}.
 * The init argument {@code options} holds further options of the server, separated by blanks; with
 * {@code absent} = {@code true} it does not run when the application starts; with {@code bundled} =
 * {@code true} it is of the oldest version that Penstock supports. A field of type {@link
 * RedisServer} of the test is set to it. Classes with the same arguments share a server, so use
 * names of your own for streams and views.
 */
public final class RedisResource implements QuarkusTestResourceLifecycleManager {

  private String[] options = {};
  private boolean absent;
  private boolean bundled;
  private @Nullable RedisServer server;

  @Override
  public void init(Map<String, String> args) {
    String given = args.getOrDefault("options", "").strip();
    options = given.isEmpty() ? new String[0] : given.split("\\s+");
    absent = Boolean.parseBoolean(args.get("absent"));
    bundled = Boolean.parseBoolean(args.get("bundled"));
  }

  @Override
  public Map<String, String> start() {
    server = bundled ? RedisServer.startBundled(options) : RedisServer.start(options);
    if (absent) {
      server.stop();
    }
    return Map.of("quarkus.redis.hosts", server.uri());
  }

  @Override
  public void inject(TestInjector injector) {
    injector.injectIntoFields(server, new TestInjector.MatchesType(RedisServer.class));
  }

  @Override
  public void stop() {
    if (server != null) {
      server.close();
    }
  }
}
