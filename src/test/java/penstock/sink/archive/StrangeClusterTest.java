package penstock.sink.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;
import static penstock.sink.archive.StubCluster.json;
import static penstock.sink.archive.TestArchive.deliveries;

import io.vertx.core.Future;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BiConsumer;
import org.assertj.core.api.AbstractObjectAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import penstock.feed.OwnVertx;
import penstock.sink.Delivery;
import penstock.sink.Outcome;
import penstock.sink.SinkTarget;
import penstock.stream.Partition;

/**
 * A cluster that misbehaves, or is what no test can start: what it is asked, and what comes of its
 * answers.
 */
class StrangeClusterTest {

  private static final String CREATED = "{\"create\":{\"status\":201}}";
  private static final long GIGABYTE = 1L << 30;

  @RegisterExtension final OwnVertx vertx = new OwnVertx();

  private StubCluster cluster;
  private SinkTarget target;

  @AfterEach
  void close() {
    if (target != null) {
      await(target.close());
    }
  }

  private void begin(
      BiConsumer<StubCluster.Asked, HttpServerResponse> behaviour, String... settings) {
    cluster = new StubCluster(vertx.vertx(), behaviour);
    var all = new HashMap<>(Map.of("hosts", cluster.uri(), "index", "a"));
    for (int i = 0; i < settings.length; i += 2) {
      all.put(settings[i], settings[i + 1]);
    }
    target = TestArchive.target(vertx.vertx(), all);
  }

  private void answer(int status, String body, String... settings) {
    begin((asked, response) -> json(response, status, body), settings);
  }

  private List<Outcome> deliver(int count) {
    return await(target.deliver(deliveries(0, count, "")));
  }

  private AbstractObjectAssert<?, Outcome.Retry> assertAllRetry(int count) {
    List<Outcome> outcomes = deliver(count);
    assertThat(outcomes)
        .hasSize(count)
        .allSatisfy(outcome -> assertThat(outcome).isInstanceOf(Outcome.Retry.class));
    return assertThat((Outcome.Retry) outcomes.getFirst());
  }

  private static String items(String... items) {
    return "{\"errors\":true,\"items\":[" + String.join(",", items) + "]}";
  }

  private static String failed(int status, String type, String reason) {
    return "{\"create\":{\"error\":{\"type\":\"%s\",\"reason\":\"%s\",\"caused_by\":{\"type\":\"x\",\"reason\":\"y\"}},\"status\":%d}}"
        .formatted(type, reason, status);
  }

  @Test
  void eachItemHasItsOwnOutcome() {
    answer(
        200,
        items(
            CREATED,
            failed(429, "es_rejected_execution_exception", "queue full"),
            failed(409, "version_conflict_engine_exception", "already exists"),
            failed(503, "unavailable_shards_exception", "red"),
            failed(403, "cluster_block_exception", "index read-only"),
            failed(403, "security_exception", "no permission"),
            failed(400, "document_parsing_exception", "failed to parse"),
            failed(400, "illegal_argument_exception", "pipeline with id [p] does not exist"),
            failed(400, "", "who knows"),
            CREATED));

    assertThat(deliver(10))
        .extracting(outcome -> outcome.getClass().getSimpleName())
        .containsExactly(
            "Delivered",
            "Retry",
            "Delivered",
            "Retry",
            "Postponed",
            "Retry",
            "Refused",
            "Retry",
            "Retry",
            "Delivered");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "[]",
        "<html>welcome</html>",
        "{\"errors\":false}",
        "{\"errors\":false,\"items\":[]}",
        "{\"items\":[{\"create\":{\"status\":201}}]}",
        "{\"items\":[{\"create\":{\"status\":201}},{\"create\":{\"status\":201}},{\"create\":{}}]}",
        "{\"items\":[{\"create\":{\"status\":201}},{\"create\":{\"status\":201}}",
        "{\"items\":[{\"create\":{\"status\":201}},{\"create\":{\"status\":1e3}}]}",
        "{\"items\":[{\"create\":{\"status\":201}},{\"create\":7}]}"
      })
  void anAnswerThatIsNoneOfTheseEventsIsNone(String body) {
    answer(200, body);

    assertAllRetry(2);
  }

  @ParameterizedTest
  @CsvSource({"429,7", "503,", "401,", "403,", "400,", "404,", "500,", "302,"})
  void aRequestThatIsNotTakenIsSentAgain(int status, Integer seconds) {
    begin(
        (asked, response) -> {
          if (seconds != null) {
            response.putHeader("Retry-After", "" + seconds);
          }
          json(response, status, "{\"error\":\"e\"}");
        });

    assertAllRetry(3)
        .satisfies(
            retry -> {
              assertThat(retry.reason()).contains("" + status);
              assertThat(retry.notBefore())
                  .isEqualTo(seconds == null ? null : Duration.ofSeconds(seconds));
            });
  }

  @Test
  void anAnswerWithoutEndIsNotKept() {
    begin(
        (asked, response) ->
            StubCluster.flood(response.setChunked(true).setStatusCode(200), GIGABYTE),
        "answer-size",
        "1M");
    long before = used();

    assertAllRetry(2).satisfies(retry -> assertThat(retry.reason()).contains("longer than"));

    assertThat(used() - before).isLessThan(100 << 20);
  }

  private static long used() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  @Test
  void anAnswerThatSaysThatItIsAGigabyteIsNotRead() {
    begin(
        (asked, response) ->
            StubCluster.flood(
                response.putHeader("Content-Length", "" + GIGABYTE).setStatusCode(503), GIGABYTE));

    assertAllRetry(2).satisfies(retry -> assertThat(retry.reason()).contains("longer than"));
  }

  @Test
  void anAnswerThatStopsInTheMiddleIsNone() {
    begin(
        (asked, response) -> {
          response.putHeader("Content-Length", "1000").write("{\"errors\":false,");
          vertx.vertx().setTimer(20, then -> response.reset());
        });

    assertAllRetry(2);
  }

  @Test
  void anAnswerByteByByteIsGivenUpInTime() {
    begin(
        (asked, response) -> {
          response.setChunked(true);
          vertx
              .vertx()
              .setPeriodic(
                  50,
                  timer -> {
                    if (response.closed()) {
                      vertx.vertx().cancelTimer(timer);
                    } else {
                      response.write(" ");
                    }
                  });
        },
        "answer-timeout",
        "700ms");
    long began = System.nanoTime();

    assertAllRetry(2).satisfies(retry -> assertThat(retry.reason()).contains("700 ms"));

    assertThat(Duration.ofNanos(System.nanoTime() - began))
        .isBetween(Duration.ofMillis(600), Duration.ofSeconds(20));
  }

  @Test
  void nobodyThere() {
    answer(200, "", "hosts", "127.0.0.1:1");

    assertAllRetry(2);
  }

  @Test
  void requestsAreOfTheDeclaredSizeAndOneAtATime() {
    begin(
        (asked, response) ->
            json(
                response,
                200,
                items(
                    Collections.nCopies(asked.body().split("\n").length / 2, CREATED)
                        .toArray(String[]::new))),
        "bulk-size",
        "64K");
    String members =
        "\"datacontenttype\":\"text/plain\",\"data\":\"%s\"".formatted("x".repeat(20_000));

    List<Outcome> outcomes = await(target.deliver(deliveries(0, 7, members)));

    assertThat(outcomes).hasSize(7).containsOnly(Outcome.DELIVERED);
    assertThat(cluster.asked())
        .extracting(asked -> asked.body().split("\n").length / 2)
        .containsExactly(3, 3, 1);
    assertThat(cluster.asked())
        .allSatisfy(
            asked -> {
              assertThat(asked.line()).startsWith("POST /_bulk?");
              assertThat(asked.contentType()).isEqualTo("application/x-ndjson");
              assertThat(asked.body()).endsWith("\n");
            });
  }

  @Test
  void ofAPartitionOneRequestIsUnderWayAtATime() {
    var waiting = new LinkedBlockingQueue<HttpServerResponse>();
    begin((asked, response) -> waiting.add(response));

    Future<List<Outcome>> first = target.deliver(deliveries(0, 1, ""));
    Future<List<Outcome>> second = target.deliver(deliveries(1, 1, ""));
    Future<List<Outcome>> other = target.deliver(List.of(ofAnotherPartition()));

    await().until(() -> waiting.size() == 2);
    assertThat(cluster.asked())
        .extracting(StubCluster.Asked::body)
        .noneMatch(it -> it.contains("\"id\":\"1\""));
    while (!second.isComplete()) {
      await().until(() -> !waiting.isEmpty() || second.isComplete());
      HttpServerResponse next = waiting.poll();
      if (next != null) {
        json(next, 200, items(CREATED));
      }
    }
    assertThat(List.of(await(first), await(second), await(other)))
        .allSatisfy(outcomes -> assertThat(outcomes).containsExactly(Outcome.DELIVERED));
  }

  private static Delivery ofAnotherPartition() {
    Delivery one = deliveries(2, 1, "").getFirst();
    return new Delivery(
        new Partition(one.partition().stream(), 1), one.record(), one.event(), one.id(), 1);
  }

  @Test
  void whoWritesIsSaid() {
    answer(200, items(CREATED), "username", "writer", "password", "pä:ss");
    assertThat(deliver(1)).containsOnly(Outcome.DELIVERED);
    assertThat(cluster.asked().getFirst().authorization()).isEqualTo("Basic d3JpdGVyOnDDpDpzcw==");
    await(target.close());

    answer(200, items(CREATED), "api-key", "a2V5");
    assertThat(deliver(1)).containsOnly(Outcome.DELIVERED);
    assertThat(cluster.asked().getFirst().authorization()).isEqualTo("ApiKey a2V5");
  }

  // ---- templates and policies

  private static final String ELASTICSEARCH =
      "{\"version\":{\"number\":\"9.2.3\"},\"tagline\":\"You Know, for Search\"}";
  private static final String OPENSEARCH =
      "{\"version\":{\"distribution\":\"opensearch\",\"number\":\"3.9.0\"},\"tagline\":\"t\"}";

  private void beginWithTemplate(String root, String policy, String... settings) {
    var all = new String[settings.length + 2];
    all[0] = "template";
    all[1] = "true";
    System.arraycopy(settings, 0, all, 2, settings.length);
    begin(
        (asked, response) -> {
          if (asked.line().equals("GET /")) {
            json(response, 200, root);
          } else if (asked.line().startsWith("GET ")) {
            json(response, policy.isEmpty() ? 404 : 200, policy.isEmpty() ? "{}" : policy);
          } else {
            json(response, 200, "{\"acknowledged\":true}");
          }
        },
        all);
  }

  private JsonObject body(String line) {
    return cluster.asked().stream()
        .filter(asked -> asked.line().equals(line))
        .map(asked -> new JsonObject(asked.body()))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void elasticsearchGetsAnIlmPolicyAndATemplateThatNamesIt() {
    beginWithTemplate(
        ELASTICSEARCH, "", "index", "x-{stream}-{yyyy.MM}", "delete-after", "400d", "data", "flat");

    await(target.prepare());
    await(target.prepare());

    assertThat(cluster.asked())
        .extracting(StubCluster.Asked::line)
        .containsExactly(
            "GET /", "PUT /_ilm/policy/penstock-test", "PUT /_index_template/penstock-test");
    assertThat(body("PUT /_ilm/policy/penstock-test"))
        .isEqualTo(
            new JsonObject(
                "{\"policy\":{\"phases\":{\"hot\":{\"actions\":{}},\"delete\":{\"min_age\":\"400d\",\"actions\":{\"delete\":{}}}}}}"));
    JsonObject template = body("PUT /_index_template/penstock-test");
    assertThat(template.getJsonArray("index_patterns")).containsExactly("x-orders-*");
    assertThat(template.getJsonObject("template").getJsonObject("settings"))
        .isEqualTo(new JsonObject().put("index.lifecycle.name", "penstock-test"));
    JsonObject fields =
        template.getJsonObject("template").getJsonObject("mappings").getJsonObject("properties");
    assertThat(fields.getJsonObject("data").getString("type")).isEqualTo("flattened");
    assertThat(fields.getJsonObject("extensions").getString("type")).isEqualTo("flattened");
  }

  @Test
  void aDataStreamIsRolledOver() {
    beginWithTemplate(
        ELASTICSEARCH, "", "data-stream", "true", "index", "x-{stream}", "rollover-size", "10G");

    await(target.prepare());

    assertThat(body("PUT /_ilm/policy/penstock-test"))
        .isEqualTo(
            new JsonObject(
                "{\"policy\":{\"phases\":{\"hot\":{\"actions\":{\"rollover\":{\"max_age\":\"30d\",\"max_primary_shard_size\":\"10737418240b\"}}}}}}"));
    assertThat(body("PUT /_index_template/penstock-test").getJsonObject("data_stream")).isEmpty();
  }

  @Test
  void opensearchGetsAnIsmPolicyOnce() {
    String path = "/_plugins/_ism/policies/penstock-test";
    beginWithTemplate(OPENSEARCH, "", "delete-after", "90m");
    await(target.prepare());
    JsonObject policy = body("PUT " + path);
    assertThat(policy)
        .isEqualTo(
            new JsonObject(
                """
                {"policy":{"description":"a: rolled over never, deleted after 90m",
                 "default_state":"kept","states":[
                  {"name":"kept","actions":[],"transitions":[
                    {"state_name":"deleted","conditions":{"min_index_age":"90m"}}]},
                  {"name":"deleted","actions":[{"delete":{}}],"transitions":[]}],
                 "ism_template":[{"index_patterns":["a"],"priority":100}]}}
                """));
    await(target.close());

    String known = policy.copy().put("_seq_no", 7).put("_primary_term", 2).encode();
    beginWithTemplate(OPENSEARCH, known, "delete-after", "90m");
    await(target.prepare());
    assertThat(cluster.asked())
        .extracting(StubCluster.Asked::line)
        .containsExactly("GET /", "GET " + path, "PUT /_index_template/penstock-test");
    await(target.close());

    beginWithTemplate(OPENSEARCH, known, "delete-after", "2d");
    await(target.prepare());
    assertThat(cluster.asked())
        .extracting(StubCluster.Asked::line)
        .contains("PUT " + path + "?if_seq_no=7&if_primary_term=2");
  }

  @Test
  void whatCannotBePutIsSaidAndTriedAgain() {
    answer(200, "{\"version\":7,\"tagline\":\"hello\"}", "template", "true");
    assertThat(failure()).contains("neither Elasticsearch nor OpenSearch");

    cluster.behave((asked, response) -> json(response, 401, "who are you"));
    assertThat(failure()).contains("401").contains("who are you");

    cluster.behave((asked, response) -> json(response, 200, "<html>"));
    assertThat(failure()).contains("JSON");

    cluster.behave((asked, response) -> json(response, 200, OPENSEARCH));
    await(target.prepare());
  }

  private String failure() {
    return target
        .prepare()
        .map("")
        .recover(failed -> Future.succeededFuture("" + failed.getMessage()))
        .toCompletionStage()
        .toCompletableFuture()
        .join();
  }

  @Test
  void withoutATemplateNothingIsAskedAtStart() {
    answer(200, "");

    await(target.prepare());

    assertThat(cluster.asked()).isEmpty();
  }
}
