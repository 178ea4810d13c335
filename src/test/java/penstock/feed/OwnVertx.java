package penstock.feed;

import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import penstock.Patience;

/** A Vert.x for one test, closed behind it. */
final class OwnVertx implements AfterEachCallback {

  private final Vertx vertx = Vertx.vertx();

  Vertx vertx() {
    return vertx;
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    vertx
        .close()
        .toCompletionStage()
        .toCompletableFuture()
        .get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
  }
}
