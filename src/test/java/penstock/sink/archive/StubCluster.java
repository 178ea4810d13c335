package penstock.sink.archive;

import static penstock.Patience.await;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;

/** Says what a real node does not say at command. */
final class StubCluster {

  /**
   * A request that came.
   *
   * @param line method and address
   */
  record Asked(String line, String authorization, String contentType, String body) {}

  private final List<Asked> asked = new CopyOnWriteArrayList<>();
  private final HttpServer server;
  private volatile BiConsumer<Asked, HttpServerResponse> behaviour;

  StubCluster(Vertx vertx, BiConsumer<Asked, HttpServerResponse> behaviour) {
    this.behaviour = behaviour;
    this.server = await(vertx.createHttpServer().requestHandler(handler()).listen(0, "127.0.0.1"));
  }

  private Handler<HttpServerRequest> handler() {
    return request ->
        request
            .body()
            .onSuccess(
                body -> {
                  var one =
                      new Asked(
                          request.method() + " " + request.uri(),
                          "" + request.getHeader("Authorization"),
                          "" + request.getHeader("Content-Type"),
                          body.toString());
                  asked.add(one);
                  behaviour.accept(one, request.response());
                });
  }

  void behave(BiConsumer<Asked, HttpServerResponse> next) {
    behaviour = next;
  }

  String uri() {
    return "http://127.0.0.1:" + server.actualPort();
  }

  List<Asked> asked() {
    return asked;
  }

  static void json(HttpServerResponse response, int status, String body) {
    response.setStatusCode(status).putHeader("Content-Type", "application/json").end(body);
  }

  /** Answers that end never: as much as is taken, at most so many bytes. */
  static void flood(HttpServerResponse response, long bytes) {
    Buffer chunk = Buffer.buffer(new byte[64 << 10]);
    long[] left = {bytes};
    Handler<Void> more =
        drained -> {
          while (left[0] > 0
              && !response.ended()
              && !response.closed()
              && !response.writeQueueFull()) {
            response.write(chunk);
            left[0] -= chunk.length();
          }
        };
    response.drainHandler(more).exceptionHandler(gone -> {});
    more.handle(null);
  }
}
