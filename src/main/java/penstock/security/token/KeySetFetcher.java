package penstock.security.token;

import io.smallrye.jwt.auth.principal.JWTAuthContextInfo;
import io.smallrye.jwt.util.KeyUtils;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import penstock.security.AuthConfig;

/**
 * Gets the text of an issuer's keys from where the configuration says: an address, a file or the
 * configuration itself. Bounded in time and size; redirects are not followed. No event loop waits.
 */
final class KeySetFetcher {

  private static final int OK = 200;

  private final Vertx vertx;
  private final JWTAuthContextInfo settings;
  private final AuthConfig.Keys config;
  private final HttpClient client;

  /** Asks are made in a context of their own, whoever makes them. */
  private final Context context;

  KeySetFetcher(Vertx vertx, JWTAuthContextInfo settings, AuthConfig.Keys config) {
    this.vertx = vertx;
    this.settings = settings;
    this.config = config;
    var options =
        new HttpClientOptions()
            .setConnectTimeout(Math.toIntExact(config.timeout().toMillis()))
            .setMaxPoolSize(1)
            .setVerifyHost(true);
    if (settings.getTlsCertificatePath() != null) {
      options.setTrustOptions(new PemTrustOptions().addCertPath(settings.getTlsCertificatePath()));
    }
    this.client = vertx.createHttpClient(options);
    this.context = vertx.getOrCreateContext();
  }

  /** Where they come from, for the log. */
  String place() {
    return settings.getPublicKeyLocation() == null
        ? "mp.jwt.verify.publickey"
        : settings.getPublicKeyLocation();
  }

  Future<String> fetch() {
    String location = settings.getPublicKeyLocation();
    if (settings.getPublicKeyContent() != null) {
      return Future.succeededFuture(settings.getPublicKeyContent());
    }
    return location.startsWith("http://") || location.startsWith("https://")
        ? download(location)
        : vertx.executeBlocking(() -> read(location), false).map(String.class::cast);
  }

  private static String read(String location) throws IOException {
    String text = KeyUtils.readKeyContent(location);
    if (text == null) {
      throw new IOException("there is nothing");
    }
    return text;
  }

  private Future<String> download(String address) {
    Promise<String> done = Promise.promise();
    long timer =
        vertx.setTimer(
            config.timeout().toMillis(), late -> done.tryFail(new IOException("took too long")));
    // all in one context, so that nothing of the response comes before it is listened to
    context.runOnContext(go -> ask(address, done));
    return done.future().onComplete(over -> vertx.cancelTimer(timer));
  }

  private void ask(String address, Promise<String> done) {
    client
        .request(
            new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setAbsoluteURI(address)
                .putHeader("Accept", "application/json"))
        .onSuccess(
            request -> {
              done.future().onFailure(failure -> request.reset());
              request.response().onSuccess(response -> receive(response, done));
              request.response().onFailure(done::tryFail);
              request.end();
            })
        .onFailure(done::tryFail);
  }

  private void receive(HttpClientResponse response, Promise<String> done) {
    if (response.statusCode() != OK) {
      done.tryFail(new IOException("was answered with " + response.statusCode()));
      return;
    }
    long most = config.maxSize().asLongValue();
    Buffer body = Buffer.buffer();
    response.handler(
        piece -> {
          if (body.length() + piece.length() > most) {
            done.tryFail(new IOException("has more than " + most + " bytes"));
          } else {
            body.appendBuffer(piece);
          }
        });
    response.exceptionHandler(done::tryFail);
    response.endHandler(end -> done.tryComplete(body.toString()));
  }

  void close() {
    client.close();
  }
}
