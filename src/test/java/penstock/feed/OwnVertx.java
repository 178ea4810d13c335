package penstock.feed;

import static penstock.Patience.await;

import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A Vert.x for one test, closed behind it. */
public final class OwnVertx implements AfterEachCallback {

  private final Vertx vertx = Vertx.vertx();

  public Vertx vertx() {
    return vertx;
  }

  /** Does all of it in one task of an event loop, and waits for that. */
  public void run(Context loop, Runnable task) {
    Promise<Void> done = Promise.promise();
    loop.runOnContext(
        go -> {
          try {
            task.run();
            done.complete();
          } catch (Throwable failure) {
            done.fail(failure);
          }
        });
    await(done.future());
  }

  @Override
  public void afterEach(ExtensionContext context) {
    await(vertx.close());
  }
}
