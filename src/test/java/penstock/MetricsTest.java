package penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.equalTo;
import static penstock.Patience.await;
import static penstock.Requests.given;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import penstock.feed.FeedReaders;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;

/** Holds docs/metrics.md against what a service tells that has done all of it. */
@QuarkusTest
@WithTestResource(
    value = RedisResource.class,
    initArgs = @ResourceArg(name = "options", value = "--databases 4"))
@TestProfile(MetricsTest.Settings.class)
class MetricsTest {

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.ofEntries(
          Map.entry("penstock.audit.enabled", "true"),
          Map.entry("penstock.ingest.lenient", "source"),
          Map.entry("penstock.group.monitor-interval", "200ms"),
          Map.entry("penstock.streams.metered.partitions", "1"),
          Map.entry("penstock.streams.metered.retention.max-length", "10"),
          Map.entry("penstock.streams.metered.retention.hard-limit", "50"),
          Map.entry("penstock.streams.trim-interval", "100ms"),
          Map.entry("penstock.views.metered.stream", "metered"),
          Map.entry("penstock.views.metered.fold", "count"),
          Map.entry("penstock.views.metered.key", "type"),
          Map.entry("penstock.sinks.metered.stream", "metered"),
          Map.entry("penstock.sinks.metered.kind", "bean:ignoring"),
          Map.entry("penstock.sinks.hooked.stream", "timed"),
          Map.entry("penstock.sinks.hooked.kind", "webhook"),
          Map.entry("penstock.sinks.hooked.url", "http://127.0.0.1:1/"),
          Map.entry("penstock.sinks.hooked.allow-private", "true"),
          Map.entry("penstock.streams.timed.partitions", "1"),
          Map.entry("penstock.views.timed.stream", "timed"),
          Map.entry("penstock.views.timed.fold", "count"));
    }
  }

  private static final String PULL = "/streams/metered/groups/metered/pull";

  RedisServer redis;
  @TestHTTPResource URI base;
  @Inject MeterRegistry registry;

  private static void append(String stream, int from, int to) {
    String batch =
        IntStream.range(from, to)
            .mapToObj(
                i ->
                    "{\"specversion\":\"1.0\",\"id\":\"%d\",\"source\":\"/m\",\"type\":\"t\"}"
                        .formatted(i))
            .collect(Collectors.joining(",", "[", "]"));
    given()
        .contentType("application/cloudevents-batch+json")
        .body(batch)
        .post("/streams/{s}/events", stream)
        .then()
        .statusCode(anyOf(equalTo(200), equalTo(201)));
  }

  /** One event that is delivered later. */
  private static void delay(String stream) {
    given()
        .contentType("application/cloudevents+json")
        .header("Penstock-Deliver-After", "10ms")
        .body("{\"specversion\":\"1.0\",\"id\":\"later\",\"source\":\"/m\",\"type\":\"t\"}")
        .post("/streams/{s}/events", stream)
        .then()
        .statusCode(202);
    await()
        .until(
            () -> Meters.read("penstock_schedule_lateness_seconds_count", "stream", stream) == 1);
    assertThat(Meters.read("penstock_schedule_scheduled_total", "stream", stream)).isEqualTo(1);
    assertThat(Meters.read("penstock_schedule_delivered_total", "stream", stream)).isEqualTo(1);
    assertThat(Meters.read("penstock_schedule_waiting", "stream", stream)).isZero();
    await()
        .until(
            () ->
                Meters.read(
                        "penstock_sink_webhook_requests_seconds_count",
                        "sink",
                        "hooked",
                        "status",
                        "none")
                    > 0);
  }

  private static void awaitWorker(String view) {
    await().until(() -> Meters.read("penstock_view_working", "partition", "0", "view", view) == 1);
  }

  /** By name, the types told of the families, and the tags of their series. */
  private static TreeMap<String, MetricsTable.Metric> scrape(String text) {
    var types = new TreeMap<String, String>();
    var tags = new TreeMap<String, Set<String>>();
    for (String line : text.lines().toList()) {
      if (line.startsWith("# TYPE penstock_")) {
        String[] words = line.split(" ");
        types.put(words[2], words[3]);
      } else if (line.startsWith("penstock_")) {
        int brace = line.indexOf('{');
        String name = line.substring(0, brace < 0 ? line.indexOf(' ') : brace);
        String family = name.replaceAll("_(bucket|sum|count)$", "");
        Set<String> keys = tags.computeIfAbsent(family, absent -> new TreeSet<>());
        if (brace >= 0) {
          Arrays.stream(line.substring(brace + 1, line.lastIndexOf('}')).split("\",?"))
              .filter(part -> part.contains("="))
              .map(part -> part.substring(0, part.indexOf('=')))
              .filter(key -> !key.equals("le"))
              .forEach(keys::add);
        }
      }
    }
    var told = new TreeMap<String, MetricsTable.Metric>();
    types.forEach(
        (name, type) -> {
          if (!name.endsWith("_max")) {
            told.put(name, new MetricsTable.Metric(type, tags.getOrDefault(name, Set.of())));
          }
        });
    return told;
  }

  @Test
  void theTableIsWhatIsTold() throws IOException {
    awaitWorker("metered");
    append("metered", 0, 5);
    append("metered", 0, 5);
    given().contentType("text/csv").body("a").post("/streams/metered/events");
    delay("metered");
    given().put("/streams/metered/groups/metered").then().statusCode(201);
    given().body("{\"max\":2}").contentType("application/json").post(PULL).then().statusCode(200);
    await().until(() -> Meters.read("penstock_group_pending", "group", "metered") == 2);
    var readers = new FeedReaders(base);
    readers.live("/streams/metered/feed?cursor=earliest", null);
    readers.live("/streams/metered/feed", null);
    redis.ask("XGROUP", "CREATE", "ps:{metered/0}:events", "slow", "0");
    append("metered", 5, 305);
    await().until(() -> Meters.read("penstock_stream_trimmed_unconsumed_total") > 0);
    await().until(() -> Meters.read("penstock_view_latency_seconds_count", "view", "metered") > 0);
    await().until(() -> Meters.read("penstock_feed_latency_seconds_count") > 0);
    readers.close();
    await().until(() -> Meters.read("penstock_feed_disconnects_total", "reason", "client") >= 2);

    assertThat(scrape(Meters.text())).isEqualTo(MetricsTable.read());
    assertThat(Meters.text().lines().filter(line -> line.startsWith("# HELP penstock_")))
        .allMatch(line -> line.strip().split(" ", 4).length == 4);

    assertThat(Meters.read("penstock_group_delivered_total", "group", "metered")).isEqualTo(2);
    assertThat(Meters.read("penstock_group_latency_seconds_count", "group", "metered"))
        .isEqualTo(2);
    assertThat(Meters.read("penstock_feed_history_hits_total")).isGreaterThanOrEqualTo(2);
    assertThat(Meters.read("penstock_feed_sent_bytes_total"))
        .isGreaterThan(50 * Meters.read("penstock_feed_delivered_total"));
    assertThat(Meters.read("penstock_ingest_duplicates_total", "stream", "metered")).isEqualTo(5);
    // Of the last answers the one with the shortest way counts: some are late on a busy machine.
    await()
        .untilAsserted(
            () ->
                assertThat(Meters.read("penstock_redis_clock_error_seconds")).isBetween(0.0, 0.5));
  }

  /** One that is taken out and put back is missing for who scrapes in between. */
  @Test
  void gaugesOfGroupsStayWhileTheirValuesChange() {
    given().put("/streams/timed/groups/kept").then().statusCode(201);
    await().until(() -> Meters.read("penstock_group_lag", "group", "kept") == 0);
    var removed = new ConcurrentLinkedQueue<String>();
    registry.config().onMeterRemoved(meter -> removed.add(meter.getId().getName()));
    append("timed", 100, 103);
    await().until(() -> Meters.read("penstock_group_lag", "group", "kept") == 3);
    assertThat(removed).isEmpty();
    given().delete("/streams/timed/groups/kept").then().statusCode(204);
    await().until(() -> !Meters.text().contains("group=\"kept\""));
  }

  /** Ages are of Redis's clock: whatever the error, an event is no older than the test. */
  @Test
  void latencyIsTheTimeFromAppendToCommit() {
    awaitWorker("timed");
    long start = System.nanoTime();
    double sum = Meters.read("penstock_view_latency_seconds_sum", "view", "timed");
    double count = Meters.read("penstock_view_latency_seconds_count", "view", "timed");
    append("timed", 0, 1);
    await()
        .until(
            () -> Meters.read("penstock_view_latency_seconds_count", "view", "timed") == count + 1);
    double latency = Meters.read("penstock_view_latency_seconds_sum", "view", "timed") - sum;
    double error = Meters.read("penstock_redis_clock_error_seconds") + 0.002;
    double passed = Duration.ofNanos(System.nanoTime() - start).toMillis() / 1000.0;
    assertThat(latency).isBetween(0.0, passed + error);
  }

  /** A key may be anything: as a tag it would make a time series each. */
  @Test
  void keysOfEntriesAreNoTags() {
    RestAssured.get("/views/metered/entries/one");
    RestAssured.get("/views/metered/entries/two/three");
    await().until(() -> Meters.text().contains("uri=\"/views/{view}/entries/{key}\""));
    assertThat(Meters.text()).doesNotContain("entries/one").doesNotContain("two/three");
  }
}
