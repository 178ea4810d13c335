package penstock;

import static penstock.Patience.await;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.net.URI;
import java.util.Map;
import java.util.function.Function;

/** Begins its connections with HTTP/2, without TLS and without asking for it. */
public final class Http2Client implements AutoCloseable {

  private final Vertx vertx = Vertx.vertx();
  private final HttpClient client =
      vertx.createHttpClient(
          new HttpClientOptions()
              .setProtocolVersion(HttpVersion.HTTP_2)
              .setHttp2ClearTextUpgrade(false));

  /**
   * @param body as far as it was read
   */
  public record Answer(int status, Buffer body) {}

  /**
   * Sends a request and reads all of the answer.
   *
   * @param target as it is sent, whether or not it is a URI
   */
  public Answer send(
      HttpMethod method, URI base, String target, Map<String, String> headers, String body) {
    return ask(method, base, target, headers, body, HttpClientResponse::body);
  }

  /** Begins to read an answer that does not end. */
  public Answer begin(URI base, String target, Map<String, String> headers) {
    return ask(HttpMethod.GET, base, target, headers, "", Http2Client::first);
  }

  private static Future<Buffer> first(HttpClientResponse response) {
    Promise<Buffer> first = Promise.promise();
    response.handler(first::tryComplete);
    response.endHandler(end -> first.tryComplete(Buffer.buffer()));
    return first.future();
  }

  private Answer ask(
      HttpMethod method,
      URI base,
      String target,
      Map<String, String> headers,
      String body,
      Function<HttpClientResponse, Future<Buffer>> read) {
    return await(
        client
            .request(method, base.getPort(), base.getHost(), target)
            .compose(
                request -> {
                  if (request.version() != HttpVersion.HTTP_2) {
                    throw new IllegalStateException("not HTTP/2");
                  }
                  headers.forEach(request::putHeader);
                  return send(request, body);
                })
            .compose(
                response ->
                    read.apply(response).map(text -> new Answer(response.statusCode(), text))));
  }

  private static Future<HttpClientResponse> send(HttpClientRequest request, String body) {
    return body.isEmpty() ? request.send() : request.send(body);
  }

  @Override
  public void close() {
    await(vertx.close());
  }
}
