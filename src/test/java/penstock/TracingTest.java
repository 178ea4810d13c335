package penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static penstock.Patience.await;
import static penstock.Requests.given;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.prometheus.client.exemplars.ExemplarSampler;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.event.Event;
import penstock.feed.FeedClient;
import penstock.feed.FeedReaders;
import penstock.redis.RedisResource;
import penstock.sink.BlockingEventHandler;
import penstock.sink.EventHandler;

/** Follows requests through all that becomes of them, by the spans that go out. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(TracingTest.Settings.class)
class TracingTest {

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.ofEntries(
          Map.entry("quarkus.otel.sdk.disabled", "false"),
          Map.entry("quarkus.otel.simple", "true"),
          Map.entry("penstock.streams.traced.partitions", "1"),
          Map.entry("penstock.feed.history-events", "1"),
          Map.entry("penstock.views.traced-types.stream", "traced"),
          Map.entry("penstock.views.traced-types.fold", "count"),
          Map.entry("penstock.views.traced-types.key", "type"),
          Map.entry("penstock.sinks.traced-handler.stream", "traced"),
          Map.entry("penstock.sinks.traced-handler.kind", "bean:span-keeping"),
          Map.entry("penstock.sinks.traced-handler.types", "handled"));
    }
  }

  /** What it was called within, kept. */
  @Singleton
  @Named("span-keeping")
  static class SpanKeepingHandler implements BlockingEventHandler {

    final Queue<SpanContext> within = new ConcurrentLinkedQueue<>();

    @Override
    public void handle(Event event, EventHandler.DeliveryContext context) {
      within.add(Span.current().getSpanContext());
    }
  }

  /** What goes out, kept. */
  static class Exporter {
    @Produces
    @Singleton
    InMemorySpanExporter exporter() {
      return InMemorySpanExporter.create();
    }
  }

  private static final String CLIENT = "00f067aa0ba902b7";

  private static int ids;
  private static int traces;

  /** Each test's own: spans of the one before may still come. */
  private final String trace = "4bf92f3577b34da6a3ce%012x".formatted(++traces);

  private final String parent = "00-" + trace + "-" + CLIENT + "-01";

  @Inject InMemorySpanExporter exporter;

  @Inject
  @Named("span-keeping")
  SpanKeepingHandler handler;

  @Inject Optional<ExemplarSampler> exemplars;

  @TestHTTPResource URI base;

  @BeforeEach
  void forget() {
    exporter.reset();
  }

  @Test
  void whatIsCountedNotesTheTrace() {
    assertThat(exemplars).isPresent();
  }

  @Test
  void aHandlerIsCalledWithinASpanThatContinuesTheEventsTrace() {
    append(Map.of("traceparent", parent), List.of(event("").replace("\"t\"}", "\"handled\"}")));
    SpanData sent = span("send traced-handler", inTrace(trace));
    assertThat(sent.getKind()).isEqualTo(SpanKind.PRODUCER);
    assertThat(sent.getAttributes().get(AttributeKey.stringKey("penstock.sink")))
        .isEqualTo("traced-handler");
    assertThat(handler.within)
        .extracting(SpanContext::getSpanId)
        .contains(sent.getSpanContext().getSpanId());
  }

  private static String event(String more) {
    return "{\"specversion\":\"1.0\",\"id\":\"%d\",\"source\":\"/t\",\"type\":\"t\"%s}"
        .formatted(++ids, more);
  }

  private static void append(Map<String, String> headers, List<String> events) {
    given()
        .headers(headers)
        .contentType("application/cloudevents-batch+json")
        .body(events.stream().collect(Collectors.joining(",", "[", "]")))
        .post("/streams/traced/events")
        .then()
        .statusCode(201);
  }

  private SpanData span(String name, Predicate<SpanData> which) {
    return await()
        .until(
            () -> spans(name).stream().filter(which).findFirst().orElse(null),
            found -> found != null);
  }

  private List<SpanData> spans(String name) {
    return exporter.getFinishedSpanItems().stream()
        .filter(span -> span.getName().equals(name))
        .toList();
  }

  private static Predicate<SpanData> inTrace(String trace) {
    return span -> span.getTraceId().equals(trace);
  }

  private static List<String> linked(SpanData span) {
    return span.getLinks().stream()
        .map(LinkData::getSpanContext)
        .map(context -> context.getTraceId() + "/" + context.getSpanId())
        .toList();
  }

  private static final AttributeKey<Long> EVENTS =
      AttributeKey.longKey("messaging.batch.message_count");

  @Test
  void onePostIsFollowedThroughItsAppendAndItsView() {
    append(Map.of("traceparent", parent, "tracestate", "a=1"), List.of(event(""), event("")));

    SpanData request = span("POST /streams/{stream}/events", inTrace(trace));
    assertThat(request.getParentSpanId()).isEqualTo(CLIENT);
    assertThat(request.getKind()).isEqualTo(SpanKind.SERVER);

    SpanData append = span("append traced", inTrace(trace));
    assertThat(append.getParentSpanId()).isEqualTo(request.getSpanId());
    assertThat(linked(append)).containsExactly(trace + "/" + request.getSpanId());
    assertThat(append.getAttributes().get(EVENTS)).isEqualTo(2);
    assertThat(append.getAttributes().get(AttributeKey.stringKey("messaging.destination.name")))
        .isEqualTo("traced");
    assertThat(append.getStartEpochNanos()).isGreaterThanOrEqualTo(request.getStartEpochNanos());
    assertThat(append.getEndEpochNanos()).isLessThanOrEqualTo(request.getEndEpochNanos());

    SpanData apply = span("apply traced-types", inTrace(trace));
    assertThat(apply.getKind()).isEqualTo(SpanKind.CONSUMER);
    assertThat(apply.getParentSpanId()).isEqualTo(CLIENT);
    assertThat(linked(apply)).containsExactly(trace + "/" + CLIENT);
    assertThat(apply.getLinks().getFirst().getSpanContext().getTraceState().get("a"))
        .isEqualTo("1");
    assertThat(apply.getAttributes().get(AttributeKey.stringKey("penstock.view")))
        .isEqualTo("traced-types");
  }

  @Test
  void itsEventsAreFollowedToTheReadersOfAFeed() {
    try (FeedClient live = new FeedReaders(base).live("/streams/traced/feed", null)) {
      append(Map.of("traceparent", parent), List.of(event("")));
      await().until(() -> live.messages().toString().contains(trace));
    }
    SpanData deliver = span("deliver traced", inTrace(trace));
    assertThat(deliver.getParentSpanId()).isEqualTo(CLIENT);
    assertThat(linked(deliver)).containsExactly(trace + "/" + CLIENT);
    assertThat(deliver.getEndEpochNanos()).isGreaterThan(deliver.getStartEpochNanos());
    span("GET /streams/{stream}/feed", span -> true);
  }

  /** Whoever replays history has a trace of its own: that of an old event may be long over. */
  @Test
  void aReplayIsLinkedToWhatItsEventsCarry() {
    append(Map.of("traceparent", parent), List.of(event(""), event("")));
    try (FeedClient late =
        new FeedReaders(base).live("/streams/traced/feed?cursor=earliest", null)) {
      await().until(() -> late.messages().toString().contains(trace));
    }
    SpanData replay = span("replay traced", span -> !span.getLinks().isEmpty());
    assertThat(replay.getParentSpanContext().isValid()).isFalse();
    assertThat(replay.getTraceId())
        .isNotEqualTo(replay.getLinks().getFirst().getSpanContext().getTraceId());
    assertThat(replay.getLinks().size()).isLessThanOrEqualTo(32);
  }

  @Test
  void aRequestWithoutAContextBeginsATraceThatItsEventsCarry() {
    append(Map.of(), List.of(event(",\"subject\":\"rootless\"")));
    String carried =
        given().get("/streams/traced/events?subject=rootless").path("events[0].traceparent");
    String[] parts = carried.split("-");
    SpanData request = span("POST /streams/{stream}/events", inTrace(parts[1]));
    assertThat(parts).containsExactly("00", request.getTraceId(), request.getSpanId(), "01");
    assertThat(request.getParentSpanContext().isValid()).isFalse();
    SpanData apply = span("apply traced-types", inTrace(request.getTraceId()));
    assertThat(apply.getParentSpanId()).isEqualTo(request.getSpanId());
  }

  @Test
  void aBatchIsLinkedToAllThatItsEventsCarryUpToABound() {
    List<String> events =
        IntStream.range(1, 101)
            .mapToObj(i -> event(",\"traceparent\":\"00-%032x-%016x-01\"".formatted(i, i)))
            .toList();
    append(Map.of("traceparent", parent), events);
    SpanData apply = span("apply traced-types", span -> span.getLinks().size() > 30);
    assertThat(linked(apply)).hasSize(32).contains("%032x/%016x".formatted(1, 1));
    assertThat(apply.getTraceId()).isEqualTo("%032x".formatted(1));
  }

  @Test
  void whatIsNotSampledMakesNoSpan() {
    String unsampled = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
    append(Map.of("traceparent", unsampled), List.of(event(",\"subject\":\"unsampled\"")));
    append(
        Map.of("traceparent", unsampled),
        List.of(event(""), event(",\"traceparent\":\"" + parent + "\"")));
    SpanData apply = span("apply traced-types", inTrace(trace));
    assertThat(linked(apply)).containsExactly(trace + "/" + CLIENT);
    assertThat(exporter.getFinishedSpanItems())
        .noneMatch(inTrace("0af7651916cd43dd8448eb211c80319c"));
    given()
        .get("/streams/traced/events?subject=unsampled")
        .then()
        .body("events[0].traceparent", equalTo(unsampled));
  }

  @Test
  void aRefusedRequestTellsSo() {
    given()
        .header("traceparent", parent)
        .contentType("application/cloudevents+json")
        .body("{}")
        .post("/streams/traced/events")
        .then()
        .statusCode(400);
    SpanData request = span("POST /streams/{stream}/events", inTrace(trace));
    assertThat(request.getAttributes().get(AttributeKey.longKey("http.response.status_code")))
        .isEqualTo(400);
    assertThat(request.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    assertThat(spans("append traced")).noneMatch(inTrace(trace));
  }

  /** Reads that wait, heartbeats and leases would be most of the spans. */
  @Test
  void commandsToRedisAndProbesMakeNoSpans() {
    given().get("/q/health/ready").then().body(containsString("UP"));
    append(Map.of("traceparent", parent), List.of(event("")));
    span("apply traced-types", inTrace(trace));
    assertThat(exporter.getFinishedSpanItems())
        .extracting(SpanData::getName)
        .allSatisfy(
            name ->
                assertThat(name)
                    .matches("(POST /.*|GET /streams/.*|(append|apply|deliver|replay) traced.*)"));
  }
}
