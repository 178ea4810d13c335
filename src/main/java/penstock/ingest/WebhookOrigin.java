package penstock.ingest;

import io.quarkus.vertx.http.runtime.RouteConstants;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import penstock.http.AllowedMethods;

/**
 * Agrees to be delivered to by senders that ask before, so that nobody can have them flood those
 * who never asked for it. Their callback is not called: who may send is known at once.
 *
 * @see <a
 *     href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md#4-abuse-protection">CloudEvents,
 *     HTTP webhooks, abuse protection</a>
 */
@ApplicationScoped
class WebhookOrigin {

  private static final String REQUEST_ORIGIN = "WebHook-Request-Origin";
  private static final String ALLOWED_ORIGIN = "WebHook-Allowed-Origin";
  private static final String ALLOWED_RATE = "WebHook-Allowed-Rate";

  /** Also, of a rate: as many as the sender likes. What is too much is answered with 429. */
  private static final String ALL = "*";

  private static final Pattern APPEND = Pattern.compile("/streams/[^/]+/events/?");

  private final Set<String> origins;
  private final AllowedMethods methods;

  @Inject
  WebhookOrigin(IngestConfig config, AllowedMethods methods) {
    this.origins =
        config.webhookOrigins().orElse(Set.of()).stream()
            .map(origin -> origin.strip().toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());
    this.methods = methods;
  }

  void listen(@Observes Router router) {
    if (!origins.isEmpty()) {
      router
          .route()
          .method(HttpMethod.OPTIONS)
          .order(RouteConstants.ROUTE_ORDER_AFTER_DEFAULT - 1)
          .handler(this::answer);
    }
  }

  /** Who is not agreed to is answered as any other, without the headers that would say so. */
  private void answer(RoutingContext context) {
    HttpServerRequest request = context.request();
    String path = context.normalizedPath();
    String origin = request.getHeader(REQUEST_ORIGIN);
    if (!isAllowed(origin) || !APPEND.matcher(path).matches()) {
      context.next();
      return;
    }
    context
        .response()
        .putHeader(HttpHeaders.ALLOW, String.join(", ", methods.at(path)))
        .putHeader(ALLOWED_ORIGIN, origin)
        .putHeader(ALLOWED_RATE, ALL)
        .end();
  }

  private boolean isAllowed(@Nullable String origin) {
    return origin != null
        && !origin.isEmpty()
        && (origins.contains(ALL) || origins.contains(origin.toLowerCase(Locale.ROOT)));
  }
}
