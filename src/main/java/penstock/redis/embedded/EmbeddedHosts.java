package penstock.redis.embedded;

import io.quarkus.redis.client.RedisHostsProvider;
import io.quarkus.runtime.ImageMode;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.common.annotation.Identifier;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import penstock.redis.PenstockRedisConfig;

/**
 * Where Redis is if no hosts are configured: the embedded server, which is started when first asked
 * for.
 */
@Singleton
@Identifier("penstock-embedded")
public final class EmbeddedHosts implements RedisHostsProvider {

  private final PenstockRedisConfig.Embedded config;
  private @Nullable URI server;

  @Inject
  public EmbeddedHosts(PenstockRedisConfig config) {
    this.config = config.embedded();
  }

  /**
   * Blocks when first called, which is at the start of the application.
   *
   * @throws ConfigurationException if there is to be no embedded server, or it does not start
   */
  @Override
  public synchronized Set<URI> getHosts() {
    if (server == null) {
      server = URI.create("redis://127.0.0.1:" + start());
    }
    return Set.of(server);
  }

  private int start() {
    if (config.mode() == PenstockRedisConfig.Embedded.Mode.NEVER) {
      throw refused("penstock.redis.embedded=never forbids to start one here");
    }
    if (ImageMode.current().isNativeImage()) {
      throw refused("a native executable has none in it");
    }
    try {
      return EmbeddedRedis.start(
          Path.of(config.directory()), Objects.requireNonNullElse(System.getenv("PATH"), ""));
    } catch (IOException e) {
      throw refused(e.getMessage());
    }
  }

  private static ConfigurationException refused(@Nullable String why) {
    return new ConfigurationException(
        "There is no Redis: none is configured, and an embedded one cannot be used ("
            + why
            + "). Set QUARKUS_REDIS_HOSTS (or quarkus.redis.hosts) to the address of a Redis, such as"
            + " redis://redis.example:6379.",
        Set.of("quarkus.redis.hosts"));
  }
}
