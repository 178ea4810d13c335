package penstock.sink.archive;

import io.quarkus.tls.TlsConfiguration;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import org.apache.http.Header;
import org.apache.http.HttpHeaders;
import org.apache.http.HttpHost;
import org.apache.http.conn.ssl.DefaultHostnameVerifier;
import org.apache.http.conn.ssl.NoopHostnameVerifier;
import org.apache.http.entity.ContentType;
import org.apache.http.message.BasicHeader;
import org.apache.http.nio.conn.ssl.SSLIOSessionStrategy;
import org.apache.http.nio.entity.NByteArrayEntity;
import org.elasticsearch.client.Cancellable;
import org.elasticsearch.client.Request;
import org.elasticsearch.client.RequestOptions;
import org.elasticsearch.client.Response;
import org.elasticsearch.client.ResponseException;
import org.elasticsearch.client.ResponseListener;
import org.elasticsearch.client.RestClient;
import org.elasticsearch.client.RestClientBuilder;
import org.jspecify.annotations.Nullable;
import penstock.sink.InvalidSinkException;

/**
 * Requests to a cluster, by Elasticsearch's low-level client, whose requests OpenSearch understands
 * too. It goes from a node that fails to the next one. Connects when it is first asked. Any thread.
 *
 * <p>The client bounds neither how long an answer takes in all, if only some of it comes now and
 * then, nor how much of it is kept, if it is not announced: both are bounded here.
 */
final class ClusterConnection {

  private static final ContentType NDJSON = ContentType.create("application/x-ndjson");
  private static final ContentType JSON = ContentType.create("application/json");

  private final Vertx vertx;
  private final RestClient client;
  private final Duration timeout;
  private final RequestOptions options;

  ClusterConnection(Vertx vertx, ClusterAddress address) {
    this.vertx = vertx;
    this.timeout = address.timeout();
    this.client = client(address);
    this.options =
        RequestOptions.DEFAULT.toBuilder()
            .setHttpAsyncResponseConsumerFactory(() -> new AnswerReader(address.answerSize()))
            .build();
  }

  private static RestClient client(ClusterAddress address) {
    RestClientBuilder builder =
        RestClient.builder(address.hosts().toArray(HttpHost[]::new))
            .setMetaHeaderEnabled(false)
            .setRequestConfigCallback(
                request ->
                    request
                        .setConnectTimeout((int) address.connectTimeout().toMillis())
                        .setConnectionRequestTimeout((int) address.timeout().toMillis())
                        .setSocketTimeout((int) address.timeout().toMillis()));
    address
        .authorization()
        .ifPresent(
            value ->
                builder.setDefaultHeaders(
                    new Header[] {new BasicHeader(HttpHeaders.AUTHORIZATION, value)}));
    SSLIOSessionStrategy tls = tls(address);
    if (tls != null) {
      builder.setHttpClientConfigCallback(http -> http.setSSLStrategy(tls));
    }
    return builder.build();
  }

  private static @Nullable SSLIOSessionStrategy tls(ClusterAddress address) {
    if (address.tls().isEmpty()) {
      return null;
    }
    var tls = address.tls().get();
    boolean anyName = tls.getHostnameVerificationAlgorithm().filter("NONE"::equals).isPresent();
    return new SSLIOSessionStrategy(
        context(tls),
        anyName || tls.isTrustAll()
            ? NoopHostnameVerifier.INSTANCE
            : new DefaultHostnameVerifier());
  }

  private static SSLContext context(TlsConfiguration tls) {
    try {
      return tls.createSSLContext();
    } catch (Exception e) {
      throw new InvalidSinkException(
          "tls-configuration-name",
          "names a configuration that cannot be used: %s".formatted(e.getMessage()));
    }
  }

  /** Asks for something. */
  Future<ClusterAnswer> get(String path) {
    return send(new Request("GET", path));
  }

  /** Puts a JSON document. */
  Future<ClusterAnswer> put(String path, String json) {
    var request = new Request("PUT", path);
    request.setEntity(new NByteArrayEntity(json.getBytes(StandardCharsets.UTF_8), JSON));
    return send(request);
  }

  /**
   * Sends a bulk request.
   *
   * @return what was answered, whatever status it has; fails if nothing was in time, or too much
   */
  Future<ClusterAnswer> bulk(Buffer lines) {
    var request = new Request("POST", "/_bulk");
    // Of a document that is in, its status is all that matters.
    request.addParameter(
        "filter_path", "errors,items.*.status,items.*.error.type,items.*.error.reason");
    request.setEntity(new NByteArrayEntity(lines.getBytes(), NDJSON));
    return send(request);
  }

  private Future<ClusterAnswer> send(Request request) {
    request.setOptions(options);
    Promise<ClusterAnswer> promise = Promise.promise();
    var under = new AtomicReference<Cancellable>();
    long timer =
        vertx.setTimer(
            timeout.toMillis(),
            late -> {
              promise.tryFail(new IOException("no answer within " + timeout.toMillis() + " ms"));
              Cancellable call = under.get();
              if (call != null) {
                call.cancel();
              }
            });
    try {
      under.set(client.performRequestAsync(request, new Listener(promise)));
    } catch (RuntimeException closed) {
      promise.tryFail(closed);
    }
    return promise.future().onComplete(done -> vertx.cancelTimer(timer));
  }

  /** Closes its connections; what is under way fails. */
  Future<Void> close() {
    return vertx.executeBlocking(
        () -> {
          client.close();
          return null;
        });
  }

  private record Listener(Promise<ClusterAnswer> promise) implements ResponseListener {

    @Override
    public void onSuccess(Response response) {
      try {
        promise.tryComplete(AnswerReader.answer(response));
      } catch (IOException e) {
        promise.tryFail(e);
      }
    }

    @Override
    public void onFailure(Exception failure) {
      if (failure instanceof ResponseException refused) {
        onSuccess(refused.getResponse());
      } else if (!(failure instanceof CancellationException)) {
        promise.tryFail(failure);
      } else {
        promise.tryFail(new IOException("the request was given up"));
      }
    }
  }
}
