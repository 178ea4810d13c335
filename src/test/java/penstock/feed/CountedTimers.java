package penstock.feed;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** A Vert.x that knows how many of its timers have neither gone off nor been cancelled. */
public final class CountedTimers {

  private final Vertx real;
  private final Vertx vertx;
  private final Set<Object> pending = ConcurrentHashMap.newKeySet();
  private final AtomicLong set = new AtomicLong();
  private final AtomicLong ran = new AtomicLong();

  public CountedTimers(Vertx real) {
    this.real = real;
    this.vertx =
        (Vertx)
            Proxy.newProxyInstance(
                Vertx.class.getClassLoader(), new Class<?>[] {Vertx.class}, this::call);
  }

  public Vertx vertx() {
    return vertx;
  }

  public int pending() {
    return pending.size();
  }

  /** How many were ever set. */
  public long set() {
    return set.get();
  }

  /** How many went off and have done what they were set for. */
  public long ran() {
    return ran.get();
  }

  private Object call(Object proxy, Method method, Object[] arguments) throws Throwable {
    return switch (method.getName()) {
      case "setTimer" -> set((long) arguments[0], arguments[1]);
      case "cancelTimer" -> {
        pending.remove(arguments[0]);
        yield real.cancelTimer((long) arguments[0]);
      }
      default -> {
        try {
          yield method.invoke(real, arguments);
        } catch (InvocationTargetException e) {
          throw e.getCause();
        }
      }
    };
  }

  /** Counted before it can go off. */
  @SuppressWarnings("unchecked")
  private synchronized long set(long millis, Object handler) {
    set.incrementAndGet();
    long id =
        real.setTimer(
            millis,
            fired -> {
              synchronized (this) {
                pending.remove(fired);
              }
              ((Handler<Long>) handler).handle(fired);
              ran.incrementAndGet();
            });
    pending.add(id);
    return id;
  }
}
