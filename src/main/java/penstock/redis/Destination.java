package penstock.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.RedisConnection;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import penstock.redis.topology.ServerAddress;

/**
 * Where a link's connections lead.
 *
 * @param server finds the server that a connection is to be opened to now
 * @param admission what a connection must pass before it is used
 * @param forWrites a server that takes no writes any more is not it
 */
record Destination(Supplier<Future<ServerClient>> server, Admission admission, boolean forWrites) {

  /** What a connection must pass before it is used. */
  interface Admission {

    /**
     * Succeeds if it may be used.
     *
     * @param server that it leads to; null if there is only one
     */
    Future<Void> admit(RedisConnection connection, @Nullable ServerAddress server);
  }
}
