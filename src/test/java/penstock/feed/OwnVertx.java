package penstock.feed;

import static penstock.Patience.await;

import io.vertx.core.Vertx;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A Vert.x for one test, closed behind it. */
public final class OwnVertx implements AfterEachCallback {

  private final Vertx vertx = Vertx.vertx();

  public Vertx vertx() {
    return vertx;
  }

  @Override
  public void afterEach(ExtensionContext context) {
    await(vertx.close());
  }
}
