package penstock.feed;

import io.netty.channel.EventLoop;
import io.vertx.core.Context;
import io.vertx.core.impl.ContextInternal;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The pump of each event loop. May be used from any thread. */
@Singleton
final class Pumps {

  private final FeedConfig config;
  private final ConcurrentMap<EventLoop, Pump> pumps = new ConcurrentHashMap<>();

  @Inject
  Pumps(FeedConfig config) {
    this.config = config;
  }

  Pump of(Context context) {
    ContextInternal root = ((ContextInternal) context).unwrap();
    return pumps.computeIfAbsent(root.nettyEventLoop(), loop -> new Pump(root, config.heartbeat()));
  }
}
