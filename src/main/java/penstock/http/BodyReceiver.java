package penstock.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import penstock.problem.IsolatedCall;
import penstock.problem.Problem;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;

/**
 * Receives request bodies, each up to its limit and all together up to another, so that memory is
 * bounded whatever clients send. Called and completed on the request's event loop.
 */
public final class BodyReceiver {

  /** A client whose connection ends while it sends may lose the answer that it has not read yet. */
  private static final int LINGER_MILLIS = 2_000;

  /** Bytes that cost less to receive than a new connection does. */
  private static final int LITTLE = 65_536;

  /** Of a length that fits into a number here. */
  private static final int MOST_DIGITS = 18;

  private static final long UNKNOWN = -1;

  private static final String JSON = "application/json";

  private final Vertx vertx;
  private final long maxBody;
  private final long maxBuffered;
  private final Duration timeout;
  private final String advice;
  private final AtomicLong buffered = new AtomicLong();

  /**
   * @param maxBody bytes of one body
   * @param maxBuffered bytes of all that are being received or not yet released
   * @param timeout how long one may take to arrive
   * @param advice what to do about one that is too large, as a sentence
   */
  public BodyReceiver(
      Vertx vertx, long maxBody, long maxBuffered, Duration timeout, String advice) {
    this.vertx = vertx;
    this.maxBody = maxBody;
    this.maxBuffered = maxBuffered;
    this.timeout = timeout;
    this.advice = advice;
  }

  /**
   * Refuses a request whose body does not say that it is JSON: so that no page of another origin
   * can send it without being asked for a preflight.
   *
   * @throws ProblemException {@code unsupported-media-type}
   */
  public static void requireJson(HttpServerRequest request) {
    String type = Objects.requireNonNullElse(request.getHeader(HttpHeaders.CONTENT_TYPE), "");
    if (!type.split(";", 2)[0].strip().equalsIgnoreCase(JSON)) {
      throw ProblemException.of(
          ProblemType.UNSUPPORTED_MEDIA_TYPE, "Nothing was done. Accepted: " + JSON + ".");
    }
  }

  /** Bytes held now. */
  public long buffered() {
    return buffered.get();
  }

  /**
   * Receives the whole body of a request that may be paused, and gives it to what uses it. It
   * counts as held until that is done, whatever becomes of it. Fails if the client is gone.
   */
  public <T> Future<T> receive(HttpServerRequest request, Function<Buffer, Future<T>> use) {
    return receive(request).compose(body -> use(body, use));
  }

  private Future<Buffer> receive(HttpServerRequest request) {
    if (request.response().closed()) {
      return Future.failedFuture(new HttpClosedException("gone before its body was received"));
    }
    if (declaredLength(request) > maxBody) {
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
   * The same for a body that came compressed by gzip. It counts as held, inflated, in the place of
   * what came.
   */
  public <T> Future<T> receiveCompressed(
      HttpServerRequest request, Function<Buffer, Future<T>> use) {
    return receive(request)
        .compose(compressed -> vertx.executeBlocking(() -> inflate(compressed), false))
        // Vert.x lets blocking code answer null, which this does not
        .compose(body -> use(Objects.requireNonNull(body), use));
  }

  private <T> Future<T> use(Buffer body, Function<Buffer, Future<T>> use) {
    return IsolatedCall.share(IsolatedCall.begin(() -> use.apply(body)))
        .onComplete(done -> release(body));
  }

  /**
   * What a body is that came compressed. It counts as held in the place of that one, which is
   * released whatever becomes of it. Not on an event loop.
   */
  private Buffer inflate(Buffer compressed) {
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

  private void release(Buffer body) {
    buffered.addAndGet(-body.length());
  }

  /** What is made of a whole body; of what is refused nothing more is waited for. */
  public <T> Future<T> read(HttpServerRequest request, Function<Buffer, T> reader) {
    return receive(request, body -> Future.succeededFuture(reader.apply(body)))
        .onFailure(refused -> endUnread(request));
  }

  /**
   * Waits for nothing of the body that is still to come. What little is on its way is thrown away,
   * and the connection goes on; else it ends, but not before a client that still sends had time to
   * read why. To be called before the response begins.
   */
  public void endUnread(HttpServerRequest request) {
    if (request.isEnded()) {
      return;
    }
    if (request.version() != HttpVersion.HTTP_2) {
      long timer = vertx.setTimer(LINGER_MILLIS, over -> request.connection().close());
      if (isOnItsWay(request)) {
        request.endHandler(received -> vertx.cancelTimer(timer));
      } else {
        request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
      }
    }
    request.resume();
  }

  /** Who waits to be told to go on sends nothing more, or sends another request. */
  private static boolean isOnItsWay(HttpServerRequest request) {
    long length = declaredLength(request);
    return length != UNKNOWN && length <= LITTLE && !request.headers().contains(HttpHeaders.EXPECT);
  }

  /** Bytes of its body; unknown also if it says more than any body has. */
  private static long declaredLength(HttpServerRequest request) {
    String declared = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    return declared == null || declared.length() > MOST_DIGITS ? UNKNOWN : Long.parseLong(declared);
  }

  private ProblemException tooLarge() {
    return ProblemException.of(
        ProblemType.BODY_TOO_LARGE,
        "Nothing was written: a body may have " + maxBody + " bytes. " + advice);
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
    private @Nullable Long timer;
    private Buffer body = Buffer.buffer(0);
    private int pieces;
    private boolean over;

    Reception(HttpServerRequest request) {
      this.request = request;
      request.handler(this::take);
      request.exceptionHandler(this::fail);
      request.endHandler(end -> complete());
      // Most bodies come in the turn of the event loop in which their request does, and need no
      // timer.
      vertx.runOnContext(turn -> limit());
    }

    private void limit() {
      if (!over) {
        timer = vertx.setTimer(timeout.toMillis(), late -> fail(tooSlow()));
      }
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

    private void end() {
      over = true;
      if (timer != null) {
        vertx.cancelTimer(timer);
      }
    }

    private void complete() {
      if (!over) {
        end();
        promise.complete(body);
      }
    }

    private void fail(Throwable failure) {
      if (!over) {
        end();
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
