package penstock.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.Supplier;

/** Settings of links, chosen by a test. */
record LinkSettings(Duration timeout, Duration reconnectBackoff, int maxPending)
    implements PenstockRedisConfig {

  @Override
  public String prefix() {
    return "ps";
  }

  @Override
  public Duration monitorInterval() {
    return Duration.ofSeconds(1);
  }

  @Override
  public ReadFrom readFrom() {
    return ReadFrom.MASTER;
  }

  @Override
  public Duration replicaMaxLag() {
    return Duration.ofSeconds(1);
  }

  @Override
  public Sentinel sentinel() {
    throw new UnsupportedOperationException();
  }

  /** The one server that a client leads to. */
  static Destination to(Supplier<Redis> clients) {
    return to(clients, connection -> Future.succeededFuture());
  }

  static Destination to(
      Supplier<Redis> clients, Function<RedisConnection, Future<Void>> admission) {
    return new Destination(
        () -> Future.succeededFuture(new ServerClient(clients.get(), null)),
        (connection, only) -> admission.apply(connection),
        true);
  }

  @Override
  public Embedded embedded() {
    throw new UnsupportedOperationException();
  }
}
