package penstock.stream.registry;

import io.quarkus.runtime.Startup;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import penstock.redis.Keys;
import penstock.redis.PubSubListener;
import penstock.redis.RedisLinks;

/**
 * Hears that some instance removed a stream, so that this one asks the registry again. When the
 * link was down that may have been, too.
 */
@Startup
@ApplicationScoped
class RegistryListener {

  private static final long RETRY_MILLIS = 1_000;

  private final Vertx vertx;
  private final Context context;
  private final PubSubListener pubSub;
  private final Keys keys;

  @Inject
  RegistryListener(Vertx vertx, RedisLinks links, Keys keys, Streams streams) {
    this.vertx = vertx;
    this.context = ((VertxInternal) vertx).createEventLoopContext();
    this.pubSub = links.openPubSub("streams-news", context, heard -> streams.forgetAll());
    this.keys = keys;
  }

  @PostConstruct
  void begin() {
    context.runOnContext(go -> listen());
  }

  /** Once it listens, the listener does so again by itself whenever its link was down. */
  private void listen() {
    pubSub
        .listen(keys.streams())
        .onFailure(
            failure -> vertx.setTimer(RETRY_MILLIS, again -> context.runOnContext(go -> listen())));
  }
}
