package penstock.sink.webhook;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Sends a request to a receiver and reads its answer, which comes within a bounded time and is not
 * kept. The status decides, as soon as it is there: what comes behind it is read only so that the
 * connection can be used again, and only a little of it. For one event loop.
 */
final class ReceiverConnector {

  /** Bytes of an answer that are read. What has more is cut off, with its connection. */
  private static final int MOST_ANSWER = 16 * 1024;

  /** Of an answer that ends with its status known; told to nobody. */
  private static final Throwable NO_STATUS = new VertxException("an answer without a status", true);

  private final Vertx vertx;
  private final HttpClient client;

  /**
   * Null where a proxy finds the address. How long a connection may take is a setting of the
   * client: a time-out of the request would count the wait for a free one, too, and take a slow
   * receiver for one that is away.
   */
  private final @Nullable AddressResolver resolver;

  private final Duration connectTimeout;
  private final Duration answerTimeout;
  private final int redirects;

  ReceiverConnector(
      Vertx vertx,
      HttpClient client,
      @Nullable AddressResolver resolver,
      Duration connectTimeout,
      Duration answerTimeout,
      int redirects) {
    this.vertx = vertx;
    this.client = client;
    this.resolver = resolver;
    this.connectTimeout = connectTimeout;
    this.answerTimeout = answerTimeout;
    this.redirects = redirects;
  }

  /** The answer, also if it is no success; fails if there is none. */
  Future<WebhookAnswer> send(Endpoint endpoint, WebhookRequest request) {
    return follow(endpoint, request, redirects);
  }

  private Future<WebhookAnswer> follow(Endpoint endpoint, WebhookRequest request, int left) {
    return once(endpoint, request)
        .compose(
            answer -> {
              Endpoint next =
                  left > 0 && answer.isRepeatableRedirect()
                      ? endpoint.redirect(answer.headers().get(HttpHeaders.LOCATION))
                      : null;
              if (next == null || endpoint.ssl() && !next.ssl()) {
                return Future.succeededFuture(answer);
              }
              return follow(
                  next, endpoint.isSameOrigin(next) ? request : request.forAnotherHost(), left - 1);
            });
  }

  private Future<WebhookAnswer> once(Endpoint endpoint, WebhookRequest request) {
    if (resolver == null) {
      return connect(endpoint, null, request);
    }
    return resolver
        .find(endpoint.host())
        .timeout(connectTimeout.toMillis(), TimeUnit.MILLISECONDS)
        .compose(address -> connect(endpoint, address, request));
  }

  private Future<WebhookAnswer> connect(
      Endpoint endpoint, @Nullable InetAddress address, WebhookRequest request) {
    var options =
        new RequestOptions()
            .setMethod(request.method())
            .setSsl(endpoint.ssl())
            .setHost(endpoint.host())
            .setPort(endpoint.port())
            .setURI(endpoint.target());
    if (address != null) {
      options.setServer(
          SocketAddress.inetSocketAddress(new InetSocketAddress(address, endpoint.port())));
    }
    return client
        .request(options)
        .onFailure(failure -> failed(endpoint))
        .compose(connected -> new Exchange(connected).run(request));
  }

  private void failed(Endpoint endpoint) {
    if (resolver != null) {
      resolver.failed(endpoint.host());
    }
  }

  /** One request on its connection. */
  private final class Exchange {

    private final HttpClientRequest request;
    private final Promise<WebhookAnswer> done = Promise.promise();
    private final long timer;
    private @Nullable WebhookAnswer answer;
    private int read;

    Exchange(HttpClientRequest request) {
      this.request = request;
      this.timer = vertx.setTimer(answerTimeout.toMillis(), fired -> late());
    }

    Future<WebhookAnswer> run(WebhookRequest what) {
      request.headers().addAll(what.own()).addAll(what.headers());
      request.response().onSuccess(this::head).onFailure(this::end);
      request.end(what.body()).onFailure(this::end);
      return done.future();
    }

    private void head(HttpClientResponse response) {
      var answered = new WebhookAnswer(response.statusCode(), response.headers());
      answer = answered;
      if (answered.isInterim()) {
        cut();
        return;
      }
      response.exceptionHandler(this::end).handler(this::body).endHandler(all -> end(NO_STATUS));
    }

    private void body(Buffer part) {
      read += part.length();
      if (read > MOST_ANSWER) {
        cut();
      }
    }

    /** The status is all that is wanted; the connection would bring more. */
    private void cut() {
      end(NO_STATUS);
      request.connection().close();
    }

    private void late() {
      end(new TimeoutException("no answer within " + answerTimeout.toMillis() + " ms"));
      request.connection().close();
    }

    /** An answer whose status is there is one, whatever comes of the rest. */
    private void end(Throwable failure) {
      vertx.cancelTimer(timer);
      WebhookAnswer present = answer;
      if (present != null) {
        done.tryComplete(present);
      } else {
        done.tryFail(failure);
      }
    }
  }
}
