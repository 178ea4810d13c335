package penstock.redis;

import io.micrometer.core.instrument.config.MeterFilter;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Which meters of the Redis client are kept. */
@Singleton
class RedisMeters {

  /**
   * Without those of its pools: each connection of a link has a pool of its own, so that they would
   * show the first one's for ever. The links have meters of their own.
   */
  @Produces
  @Singleton
  MeterFilter withoutPools() {
    return MeterFilter.denyNameStartsWith("redis.pool");
  }
}
