package penstock.redis;

import io.vertx.redis.client.Redis;
import org.jspecify.annotations.Nullable;
import penstock.redis.topology.ServerAddress;

/**
 * A client for one connection to one server.
 *
 * @param address null if it is the one that is configured, and there is no other
 */
record ServerClient(Redis redis, @Nullable ServerAddress address) {}
