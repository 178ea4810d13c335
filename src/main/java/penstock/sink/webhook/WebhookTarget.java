package penstock.sink.webhook;

import io.opentelemetry.api.trace.SpanContext;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.net.SSLOptions;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import penstock.event.Event;
import penstock.event.HttpMessage;
import penstock.problem.IsolatedCall;
import penstock.sink.BreakerState;
import penstock.sink.Delivery;
import penstock.sink.Outcome;
import penstock.sink.SinkTarget;
import penstock.sink.SinksConfig.ContentMode;
import penstock.trace.Tracing;

/**
 * Delivers a sink's events to its URL. All partitions share its connections, its breaker and what
 * the receiver asked for; all of that is seen to on one event loop, so that nothing is locked.
 */
final class WebhookTarget implements SinkTarget {

  /**
   * A request waits here for its turn by the agreed rate; for a longer time it waits in the sink.
   */
  private static final Duration MOST_WAIT = Duration.ofSeconds(5);

  private static final int BATCH_ID_BYTES = 16;

  private final Vertx vertx;
  private final ContextInternal context;
  private final InstantSource clock;
  private final WebhookSettings settings;
  private final HttpClient client;
  private final ReceiverConnector connector;
  private final ReceiverBreaker breaker;
  private final WebhookMeters meters;

  /** Until when the receiver asked to be left alone, by {@link System#nanoTime}. */
  private long quietUntil = System.nanoTime();

  /** Null without one that was agreed to. */
  private @Nullable RateLimit rate;

  /** Null until it was begun, or when it failed. */
  private @Nullable Future<Void> handshake;

  /**
   * What the last request that got no answer, or a fault, came to; tells why a receiver is spared.
   */
  private String lastFault = "";

  WebhookTarget(
      Vertx vertx,
      ContextInternal context,
      InstantSource clock,
      WebhookSettings settings,
      HttpClient client,
      ReceiverConnector connector,
      ReceiverBreaker breaker,
      WebhookMeters meters) {
    this.vertx = vertx;
    this.context = context;
    this.clock = clock;
    this.settings = settings;
    this.client = client;
    this.connector = connector;
    this.breaker = breaker;
    this.meters = meters;
  }

  /** Whoever begins to work asks the receiver again, also one that asked to be left alone. */
  @Override
  public Future<Void> prepare() {
    WebhookHandshake asked = settings.handshake();
    return here(
        () -> {
          quietUntil = System.nanoTime();
          return asked == null ? Future.succeededFuture() : agree(asked);
        });
  }

  /** One handshake for all that wait for it. */
  private Future<Void> agree(WebhookHandshake asked) {
    Future<Void> present = handshake;
    if (present != null && !present.failed()) {
      return present;
    }
    Future<Void> begun =
        connector
            .send(settings.endpoint(), asked.request(settings.headers()))
            .recover(
                failure -> Future.failedFuture("the handshake failed: " + FailureText.of(failure)))
            .compose(asked::agreed)
            .map(this::pace);
    handshake = begun;
    return begun;
  }

  private @Nullable Void pace(OptionalInt perMinute) {
    rate = perMinute.isPresent() ? new RateLimit(perMinute.getAsInt(), System.nanoTime()) : null;
    return null;
  }

  @Override
  public Future<List<Outcome>> deliver(List<Delivery> deliveries) {
    SpanContext span = Tracing.current();
    return here(() -> send(deliveries, span).compose(outcome -> told(deliveries, span, outcome)));
  }

  /** What one request came to for each of its events. A batch that is refused is taken apart. */
  private Future<List<Outcome>> told(List<Delivery> deliveries, SpanContext span, Outcome outcome) {
    if (deliveries.size() > 1 && outcome instanceof Outcome.Refused) {
      return apart(deliveries, span, new ArrayList<>(deliveries.size()));
    }
    return Future.succeededFuture(Collections.nCopies(deliveries.size(), outcome));
  }

  /**
   * One request for each event, in order, to find those that are refused. When one of them has to
   * wait, so do those behind it, of which nothing is sent.
   */
  private Future<List<Outcome>> apart(
      List<Delivery> deliveries, SpanContext span, List<Outcome> outcomes) {
    return send(List.of(deliveries.get(outcomes.size())), span)
        .compose(
            outcome -> {
              outcomes.add(outcome);
              if (!(outcome instanceof Outcome.Delivered || outcome instanceof Outcome.Refused)) {
                outcomes.addAll(Collections.nCopies(deliveries.size() - outcomes.size(), outcome));
              }
              return outcomes.size() == deliveries.size()
                  ? Future.succeededFuture(outcomes)
                  : apart(deliveries, span, outcomes);
            });
  }

  /**
   * @param span whose child the receiver's is to be; invalid where nothing is traced
   */
  private Future<Outcome> send(List<Delivery> deliveries, SpanContext span) {
    long now = System.nanoTime();
    if (quietUntil - now > 0) {
      return postponed("the receiver asked to be left alone", quietUntil - now);
    }
    RateLimit agreed = rate;
    if (agreed == null) {
      return attempt(deliveries, span);
    }
    long pause = agreed.pause(now);
    if (pause > MOST_WAIT.toNanos()) {
      return postponed("the receiver agreed to fewer requests", pause);
    }
    agreed.take(now);
    if (pause == 0) {
      return attempt(deliveries, span);
    }
    Promise<Outcome> turn = Promise.promise();
    vertx.setTimer(
        Math.max(1, Duration.ofNanos(pause).toMillis()),
        fired -> IsolatedCall.begin(() -> attempt(deliveries, span)).onComplete(turn));
    return turn.future();
  }

  private static Future<Outcome> postponed(String reason, long nanos) {
    return Future.succeededFuture(new Outcome.Postponed(reason, Duration.ofNanos(nanos)));
  }

  private Future<Outcome> attempt(List<Delivery> deliveries, SpanContext span) {
    WebhookRequest request = request(deliveries, span);
    long began = System.nanoTime();
    return breaker
        .call(() -> connector.send(settings.endpoint(), request))
        .map(
            answer -> {
              meters.answered(answer.status() / 100 + "xx", System.nanoTime() - began);
              return outcome(answer);
            })
        .recover(
            failure -> {
              if (failure instanceof ReceiverBreaker.Spared spared) {
                return postponed("the receiver is spared: " + lastFault, spared.pause().toNanos());
              }
              meters.answered("none", System.nanoTime() - began);
              lastFault = FailureText.of(failure);
              return Future.succeededFuture(new Outcome.Retry(lastFault, null));
            });
  }

  private Outcome outcome(WebhookAnswer answer) {
    if (answer.isSuccess()) {
      return Outcome.DELIVERED;
    }
    String said = "the receiver answered " + answer.status();
    if (answer.isGone()) {
      return new Outcome.Stop(said + ": it wants nothing any more");
    }
    if (!answer.isPassing()) {
      return new Outcome.Refused("status-" + answer.status(), said);
    }
    if (answer.isFault()) {
      lastFault = said;
    }
    Duration asked =
        answer.isThrottling()
            ? RetryDelay.read(
                answer.headers(), clock.instant(), settings.declared().maxRetryAfter())
            : null;
    if (asked != null) {
      quietUntil = System.nanoTime() + asked.toNanos();
    }
    return new Outcome.Retry(said, asked);
  }

  private WebhookRequest request(List<Delivery> deliveries, SpanContext span) {
    HttpMessage message = message(deliveries);
    MultiMap headers = MultiMap.caseInsensitiveMultiMap();
    message.headers().forEach(header -> headers.set(header.getKey(), header.getValue()));
    if (message.contentType() != null) {
      headers.set(HttpHeaders.CONTENT_TYPE, message.contentType());
    }
    if (span.isValid()) {
      headers.addAll(Tracing.headers(span));
    } else if (deliveries.size() == 1) {
      continueTrace(deliveries.getFirst().event(), headers);
    }
    settings.signature().sign(headers, id(deliveries), clock.instant(), message.body());
    return new WebhookRequest(HttpMethod.POST, headers, settings.headers(), message.body());
  }

  private HttpMessage message(List<Delivery> deliveries) {
    return switch (settings.declared().mode()) {
      case ContentMode.BATCHED ->
          HttpMessage.batched(deliveries.stream().map(Delivery::event).toList());
      case ContentMode.STRUCTURED -> HttpMessage.structured(deliveries.getFirst().event());
      case ContentMode.BINARY -> HttpMessage.binary(deliveries.getFirst().event());
    };
  }

  /** The receiver's spans belong to the event's trace, also if nothing is traced here. */
  private static void continueTrace(Event event, MultiMap headers) {
    String parent = event.attribute("traceparent");
    if (parent != null && isHeader(parent)) {
      headers.set("traceparent", parent);
      String state = event.attribute("tracestate");
      if (state != null && isHeader(state)) {
        headers.set("tracestate", state);
      }
    }
  }

  private static boolean isHeader(String text) {
    return text.chars().allMatch(one -> one >= ' ' && one <= '~');
  }

  /** The same for the same events, whenever they are sent. */
  private static String id(List<Delivery> deliveries) {
    if (deliveries.size() == 1) {
      return deliveries.getFirst().id();
    }
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      deliveries.forEach(
          delivery -> digest.update(delivery.id().getBytes(StandardCharsets.US_ASCII)));
      return HexFormat.of().formatHex(Arrays.copyOf(digest.digest(), BATCH_ID_BYTES));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }

  @Override
  public Optional<BreakerState> breaker() {
    return Optional.of(breaker.state());
  }

  /** Takes certificates that were renewed; connections that are open keep theirs. */
  void renew(SSLOptions options) {
    client.updateSSLOptions(options);
  }

  @Override
  public Future<Void> close() {
    return client.close();
  }

  /** Runs it on this target's event loop, in a context of its own. */
  private <T extends @Nullable Object> Future<T> here(Supplier<Future<T>> call) {
    Promise<T> done = Promise.promise();
    Context own = context.duplicate();
    own.runOnContext(turn -> IsolatedCall.begin(call).onComplete(done));
    return done.future();
  }
}
