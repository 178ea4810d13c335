package penstock.redis;

import io.netty.channel.EventLoop;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Links for one purpose, one for each event loop that uses them: neither a command nor its answer
 * has to wait for another loop, or to wake it. Each is opened when it is first asked for. May be
 * used from any thread.
 */
public final class LoopLinks {

  private final String purpose;
  private final Vertx vertx;
  private final RedisLinks links;
  private final ConcurrentMap<EventLoop, RedisLink> byLoop = new ConcurrentHashMap<>();
  private final AtomicInteger opened = new AtomicInteger();

  LoopLinks(String purpose, Vertx vertx, RedisLinks links) {
    this.purpose = purpose;
    this.vertx = vertx;
    this.links = links;
  }

  /** The link of the event loop that the caller is on. */
  public RedisLink here() {
    EventLoop loop = ((ContextInternal) vertx.getOrCreateContext()).nettyEventLoop();
    RedisLink present = byLoop.get(loop);
    return present != null
        ? present
        : byLoop.computeIfAbsent(
            loop, absent -> links.open(purpose + "-" + opened.getAndIncrement()));
  }
}
