package penstock.http;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import penstock.feed.OwnVertx;
import penstock.problem.ProblemType;
import penstock.problem.Problems;

class BodyReceiverTest {

  @RegisterExtension final OwnVertx own = new OwnVertx();

  private BodyReceiver receiver() {
    return new BodyReceiver(own.vertx(), 1_000, 1_000, Duration.ofSeconds(10), "Send less.");
  }

  private HttpServer listen(Handler<HttpServerRequest> handler) {
    return await(own.vertx().createHttpServer().requestHandler(handler).listen(0, "127.0.0.1"));
  }

  /** What is answered to a body of four bytes: 200, or 500 if it cannot be used. */
  private int post(BodyReceiver receiver, Function<Buffer, Future<Void>> use) {
    Vertx vertx = own.vertx();
    HttpServer server =
        listen(
            request ->
                receiver
                    .receive(request, use)
                    .onComplete(
                        done ->
                            request.response().setStatusCode(done.succeeded() ? 200 : 500).end()));
    return await(
        vertx
            .createHttpClient()
            .request(HttpMethod.POST, server.actualPort(), "127.0.0.1", "/")
            .compose(request -> request.send(Buffer.buffer("body")))
            .map(response -> response.statusCode()));
  }

  @Test
  void aBodyIsHeldUntilItWasUsed() {
    BodyReceiver receiver = receiver();
    Promise<Long> heldInTheMiddle = Promise.promise();
    int status =
        post(
            receiver,
            body -> {
              heldInTheMiddle.complete(receiver.buffered());
              return Future.succeededFuture();
            });
    assertThat(status).isEqualTo(200);
    assertThat(heldInTheMiddle.future().result()).isEqualTo(4);
    assertThat(receiver.buffered()).isZero();
  }

  @Test
  void aBodyThatCannotBeUsedIsHeldNoLonger() {
    BodyReceiver receiver = receiver();
    assertThat(
            post(
                receiver,
                body -> {
                  throw new IllegalStateException("a defect");
                }))
        .isEqualTo(500);
    assertThat(receiver.buffered()).isZero();
  }

  @Test
  void whatIsThrownOnTheWayOfTheAnswerKeepsNoBody() {
    BodyReceiver receiver = receiver();
    assertThat(
            post(
                receiver,
                body ->
                    Future.<Void>failedFuture("refused")
                        .onComplete(
                            done -> {
                              throw new IllegalStateException("a defect");
                            })))
        .isEqualTo(500);
    assertThat(receiver.buffered()).isZero();
  }

  @Test
  void aBodyThatStopsOnItsWayIsWaitedForSoLong() {
    Vertx vertx = own.vertx();
    var receiver = new BodyReceiver(vertx, 1_000, 1_000, Duration.ofMillis(100), "Send less.");
    Promise<Buffer> received = Promise.promise();
    HttpServer server =
        listen(request -> receiver.receive(request, Future::succeededFuture).onComplete(received));
    await(
        vertx
            .createNetClient()
            .connect(server.actualPort(), "127.0.0.1")
            .compose(
                socket ->
                    socket.write(
                        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8\r\n\r\nhalf")));
    assertThat(await(received.future().recover(late -> Future.succeededFuture(Buffer.buffer()))))
        .isEqualTo(Buffer.buffer());
    assertThat(Problems.from(received.future().cause()).type())
        .isEqualTo(ProblemType.REQUEST_TIMEOUT);
    assertThat(receiver.buffered()).isZero();
  }
}
