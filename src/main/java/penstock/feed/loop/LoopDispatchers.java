package penstock.feed.loop;

import io.netty.channel.EventLoop;
import io.vertx.core.Context;
import io.vertx.core.impl.ContextInternal;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import penstock.feed.FeedConfig;

/** The dispatcher of each event loop. May be used from any thread. */
@Singleton
public final class LoopDispatchers {

  private final FeedConfig config;
  private final ConcurrentMap<EventLoop, LoopDispatcher> dispatchers = new ConcurrentHashMap<>();

  @Inject
  LoopDispatchers(FeedConfig config) {
    this.config = config;
  }

  public LoopDispatcher of(Context context) {
    ContextInternal root = ((ContextInternal) context).unwrap();
    return dispatchers.computeIfAbsent(
        root.nettyEventLoop(), loop -> new LoopDispatcher(root, config.heartbeat()));
  }
}
