package penstock.ingest;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import penstock.problem.Problem;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;

/**
 * Receives request bodies, each up to its limit and all together up to another, so that memory is
 * bounded whatever clients send. Called and completed on the request's event loop.
 */
final class BodyReceiver {

  private final Vertx vertx;
  private final long maxBody;
  private final long maxBuffered;
  private final Duration timeout;
  private final AtomicLong buffered = new AtomicLong();

  BodyReceiver(Vertx vertx, IngestConfig config) {
    this.vertx = vertx;
    this.maxBody = config.maxBodySize().asLongValue();
    this.maxBuffered = config.maxBuffered().asLongValue();
    this.timeout = config.bodyTimeout();
  }

  /** Bytes held now. */
  long buffered() {
    return buffered.get();
  }

  /**
   * The whole body of a request that may be paused. It counts as held until {@link #release}. Fails
   * if the client is gone.
   */
  Future<Buffer> receive(HttpServerRequest request) {
    if (request.response().closed()) {
      return Future.failedFuture(new HttpClosedException("gone before its body was received"));
    }
    String declared = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    if (declared != null && declared.length() < 19 && Long.parseLong(declared) > maxBody) {
      return Future.failedFuture(tooLarge());
    }
    if (request.headers().contains(HttpHeaders.EXPECT)) {
      request.response().writeContinue();
    }
    Future<Buffer> received = new Reception(request).promise.future();
    request.resume();
    return received;
  }

  /**
   * What a body is that came compressed. It counts as held in the place of that one, which is
   * released whatever becomes of it. Not on an event loop.
   */
  Buffer inflate(Buffer compressed) {
    var length = new AtomicLong();
    try {
      return GzipBody.inflate(compressed.getBytes(), more -> hold(length, more));
    } catch (RuntimeException failure) {
      buffered.addAndGet(-length.get());
      throw failure;
    } finally {
      release(compressed);
    }
  }

  private void hold(AtomicLong length, int more) {
    boolean full = buffered.addAndGet(more) > maxBuffered;
    if (length.addAndGet(more) > maxBody) {
      throw tooLarge();
    }
    if (full) {
      throw tooBusy();
    }
  }

  void release(Buffer body) {
    buffered.addAndGet(-body.length());
  }

  private ProblemException tooLarge() {
    return ProblemException.of(
        ProblemType.BODY_TOO_LARGE,
        "Nothing was written: a body may have "
            + maxBody
            + " bytes. Send the events in several requests.");
  }

  private ProblemException tooBusy() {
    return Problem.passing(
            ProblemType.TOO_BUSY,
            "Nothing was written: the requests being received take all the memory they may. Retry later.",
            Duration.ofSeconds(1))
        .exception();
  }

  private final class Reception {

    final Promise<Buffer> promise = Promise.promise();
    private final HttpServerRequest request;
    private final long timer;
    private Buffer body = Buffer.buffer(0);
    private int pieces;
    private boolean over;

    Reception(HttpServerRequest request) {
      this.request = request;
      timer = vertx.setTimer(timeout.toMillis(), late -> fail(tooSlow()));
      request.handler(this::take);
      request.exceptionHandler(this::fail);
      request.endHandler(end -> complete());
    }

    private void take(Buffer chunk) {
      if (over) {
        return;
      }
      if (body.length() + chunk.length() > maxBody) {
        fail(tooLarge());
      } else if (buffered.addAndGet(chunk.length()) > maxBuffered) {
        add(chunk);
        fail(tooBusy());
      } else {
        add(chunk);
      }
    }

    /** Most bodies come in one piece, which needs no copy; it cannot grow, as it may be a slice. */
    private void add(Buffer chunk) {
      switch (pieces++) {
        case 0 -> body = chunk;
        case 1 ->
            body =
                Buffer.buffer(body.length() + chunk.length())
                    .appendBuffer(body)
                    .appendBuffer(chunk);
        default -> body.appendBuffer(chunk);
      }
    }

    private void complete() {
      if (!over) {
        over = true;
        vertx.cancelTimer(timer);
        promise.complete(body);
      }
    }

    private void fail(Throwable failure) {
      if (!over) {
        over = true;
        vertx.cancelTimer(timer);
        release(body);
        body = Buffer.buffer(0);
        promise.fail(failure);
      }
    }

    private ProblemException tooSlow() {
      return ProblemException.of(
          ProblemType.REQUEST_TIMEOUT,
          "Nothing was written: the body did not arrive within "
              + timeout.toSeconds()
              + " s. Retry.");
    }
  }
}
