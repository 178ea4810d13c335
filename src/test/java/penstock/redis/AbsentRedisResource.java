package penstock.redis;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Gives the application the address of a server that does not run when the application starts. */
public final class AbsentRedisResource implements QuarkusTestResourceLifecycleManager {

  private @Nullable RedisServer server;

  @Override
  public Map<String, String> start() {
    server = RedisServer.start();
    server.stop();
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
