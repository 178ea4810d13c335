package penstock.sink.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static penstock.Patience.await;
import static penstock.sink.archive.TestArchive.deliveries;
import static penstock.sink.archive.TestArchive.delivery;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import penstock.feed.OwnVertx;
import penstock.sink.Delivery;
import penstock.sink.Outcome;
import penstock.sink.SinkTarget;
import penstock.stream.Position;

/** What becomes of events in a real node. */
class ArchiveTargetTest {

  private static final AtomicInteger INDICES = new AtomicInteger();

  @RegisterExtension final OwnVertx vertx = new OwnVertx();

  private final OpenSearch node = OpenSearch.shared();
  private final String index = "archive-" + INDICES.incrementAndGet();
  private SinkTarget target;

  @AfterEach
  void close() {
    if (target != null) {
      await(target.close());
    }
  }

  private SinkTarget target(String... settings) {
    var all = new HashMap<>(Map.of("hosts", node.uri(), "index", index));
    for (int i = 0; i < settings.length; i += 2) {
      all.put(settings[i], settings[i + 1]);
    }
    target = TestArchive.target(vertx.vertx(), all);
    await(target.prepare());
    return target;
  }

  private List<Outcome> deliver(List<Delivery> deliveries) {
    return await(target.deliver(deliveries));
  }

  private Outcome deliver(Delivery delivery) {
    return deliver(List.of(delivery)).getFirst();
  }

  @Test
  void aRepeatIsTheSameDocument() {
    target();
    List<Delivery> events = deliveries(0, 50, "\"data\":{\"n\":1}");

    assertThat(deliver(events.subList(0, 30))).hasSize(30).containsOnly(Outcome.DELIVERED);
    assertThat(deliver(events)).hasSize(50).containsOnly(Outcome.DELIVERED);

    assertThat(node.documents(index).keySet())
        .containsExactlyInAnyOrderElementsOf(events.stream().map(DocumentWriter::id).toList());
    assertThat(DocumentWriter.id(events.getFirst())).matches("orders:[0-9a-f]{32}");
  }

  /** What an engine does to it: batches of any size, repeats of any part, two at the same time. */
  @Test
  void theArchiveIsEqualToTheLogWhateverIsRepeated() throws IOException {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    var random = new Random(seed);
    List<Delivery> log = realEvents(1_500);
    target("template", "true", "index", index + "-{yyyy}");

    var answers = new ArrayList<Future<List<Outcome>>>();
    for (int from = 0; from < log.size(); ) {
      int back = Math.max(0, from - random.nextInt(100));
      int to = Math.min(log.size(), from + 1 + random.nextInt(200));
      answers.add(target.deliver(log.subList(back, to)));
      from = to;
    }

    answers.forEach(answer -> assertThat(await(answer)).containsOnly(Outcome.DELIVERED));
    ArchivedLog.assertArchived(node, index + "-*", log);
  }

  private static List<Delivery> realEvents(int count) throws IOException {
    try (var lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(
                    Files.newInputStream(Path.of("src/test/resources/commits.ndjson.gz"))),
                StandardCharsets.UTF_8))) {
      var log = new ArrayList<Delivery>();
      lines
          .lines()
          .limit(count)
          .forEach(line -> log.add(delivery(line, new Position(1_700_000_000_000L, log.size()))));
      return log;
    }
  }

  /** The node here has no ISM, as one that was put together without it. */
  @Test
  void aPolicyForANodeThatKnowsNoneIsSaid() {
    target =
        TestArchive.target(
            vertx.vertx(),
            Map.of("hosts", node.uri(), "index", index, "template", "true", "delete-after", "90m"));

    assertThatThrownBy(() -> await(target.prepare()))
        .rootCause()
        .hasMessageContaining("the policy: the cluster answered 400");
  }

  @Test
  void aDataStreamTakesEachEventOnceToo() {
    node.ask(
        "PUT",
        "/_index_template/" + index,
        "{\"index_patterns\":[\"%s\"],\"data_stream\":{}}".formatted(index));
    target("data-stream", "true");

    assertThat(deliver(deliveries(0, 20, ""))).containsOnly(Outcome.DELIVERED);
    assertThat(deliver(deliveries(10, 20, ""))).containsOnly(Outcome.DELIVERED);

    assertThat(node.count(index)).isEqualTo(30);
    assertThat(node.ask("GET", "/_data_stream/" + index).getJsonArray("data_streams")).hasSize(1);
  }

  @Test
  void aDocumentHasAllThatTheEventHas() {
    target("template", "true");
    Delivery object =
        delivery(
            """
            {"specversion":"1.0","id":"é","source":"/s","type":"order.placed","subject":"o-1",
             "time":"2024-02-29t23:59:59.5+01:00","datacontenttype":"application/json",
             "dataschema":"https://example.com/s","traceparent":"00-x","sampled":true,"depth":7,
             "data":{"amount":1.10,"big":1234567890123456789,"text":"a \\n b","none":null,"list":[1,2]}}
            """,
            new Position(1_709_247_599_999L, 3));
    List<Delivery> others =
        List.of(
            delivery(1, "\"data\":\"text\""),
            delivery(2, "\"data\":[1,{\"a\":2}]"),
            delivery(3, "\"data\":null"),
            delivery(4, "\"datacontenttype\":\"text/plain\",\"data\":\"plain text\""),
            delivery(5, "\"data_base64\":\"AAEC\""),
            delivery(6, ""));

    assertThat(deliver(object)).isEqualTo(Outcome.DELIVERED);
    assertThat(deliver(others)).containsOnly(Outcome.DELIVERED);

    Map<String, JsonObject> documents = node.documents(index);
    assertThat(documents.get(DocumentWriter.id(object)))
        .isEqualTo(
            new JsonObject(
                """
                {"@timestamp":"2024-02-29T22:59:59.500Z","id":"é","source":"/s",
                 "type":"order.placed","subject":"o-1","time":"2024-02-29t23:59:59.5+01:00",
                 "datacontenttype":"application/json","dataschema":"https://example.com/s",
                 "extensions":{"depth":7,"sampled":true,"traceparent":"00-x"},
                 "stream":"orders","partition":0,"position":"1709247599999-3",
                 "data":{"amount":1.10,"big":1234567890123456789,"text":"a \\n b","none":null,
                         "list":[1,2]}}
                """));
    assertThat(others)
        .extracting(other -> documents.get(DocumentWriter.id(other)))
        .extracting(document -> data(document))
        .containsExactly(
            "{\"data_json\":\"\\\"text\\\"\"}",
            "{\"data_json\":\"[1,{\\\"a\\\":2}]\"}",
            "{\"data_json\":\"null\"}",
            "{\"data_text\":\"plain text\"}",
            "{\"data_base64\":\"AAEC\"}",
            "{}");
    assertThat(documents.get(DocumentWriter.id(others.getLast())).getString("@timestamp"))
        .as("without a time, the log's")
        .isEqualTo("2023-11-14T22:13:20.006Z");
  }

  private static String data(JsonObject document) {
    var data = new JsonObject();
    document.forEach(
        member -> {
          if (member.getKey().startsWith("data_")) {
            data.put(member.getKey(), member.getValue());
          }
        });
    return data.encode();
  }

  /** The query of docs/sinks.md. */
  @Test
  void anEventIsFoundByTypeSubjectTimeAndText() {
    target("template", "true");
    deliver(
        List.of(
            delivery(
                1,
                "\"subject\":\"o-1\",\"time\":\"2024-03-01T10:00:00Z\",\"data\":{\"note\":\"Please leave it at the door\"}"),
            delivery(
                2,
                "\"subject\":\"o-1\",\"time\":\"2024-03-01T10:00:00Z\",\"data\":{\"note\":\"To the neighbour\"}"),
            delivery(
                3,
                "\"subject\":\"o-2\",\"time\":\"2024-03-01T10:00:00Z\",\"data\":{\"note\":\"the door\"}"),
            delivery(
                4,
                "\"subject\":\"o-1\",\"time\":\"2024-04-01T10:00:00Z\",\"data\":{\"note\":\"the door\"}"),
            delivery(
                5,
                "\"subject\":\"o-1\",\"time\":\"2024-03-01T10:00:00Z\",\"data\":\"by the door\"")));

    assertThat(node.search(index, DocumentedQuery.read("archive search")))
        .extracting(hit -> hit.getJsonObject("_source").getString("id"))
        .containsExactlyInAnyOrder("1", "5");
  }

  @Test
  void anEventThatTheMappingDoesNotTakeIsRefusedAlone() {
    target("template", "true");
    deliver(delivery(0, "\"data\":{\"n\":1}"));

    List<Outcome> outcomes =
        deliver(
            List.of(
                delivery(1, "\"data\":{\"n\":2}"),
                delivery(2, "\"data\":{\"n\":\"secret\"}"),
                delivery(3, "\"data\":{\"n\":{\"m\":1}}"),
                delivery(4, "\"data\":{\"n\":3}")));

    assertThat(outcomes.get(0)).isEqualTo(Outcome.DELIVERED);
    assertThat(outcomes.get(1))
        .isInstanceOfSatisfying(
            Outcome.Refused.class,
            refused -> {
              assertThat(refused.type()).isEqualTo("mapper_parsing_exception");
              assertThat(refused.detail()).contains("data.n").doesNotContain("secret");
            });
    assertThat(outcomes.get(2)).isInstanceOf(Outcome.Refused.class);
    assertThat(outcomes.get(3)).isEqualTo(Outcome.DELIVERED);
    assertThat(node.count(index)).isEqualTo(3);
  }

  @Test
  void flatDataHasNoConflictsAndIsFoundByWholeValues() {
    target("template", "true", "data", "flat");

    assertThat(
            deliver(
                List.of(
                    delivery(1, "\"data\":{\"n\":1,\"who\":{\"name\":\"Ada Lovelace\"}}"),
                    delivery(2, "\"data\":{\"n\":\"text\"}"),
                    delivery(3, "\"data\":{\"n\":{\"m\":[true]}}"),
                    delivery(4, "\"data\":{\"n\":12345678901234567890}"))))
        .containsOnly(Outcome.DELIVERED);

    assertThat(node.search(index, "{\"query\":{\"term\":{\"data.who.name\":\"Ada Lovelace\"}}}"))
        .extracting(hit -> hit.getJsonObject("_source").getString("id"))
        .containsExactly("1");
  }

  @Test
  void valuesThatLookLikeDatesAndVeryLongOnesAreTaken() {
    target("template", "true");
    String longer = "x".repeat(100_000);

    assertThat(
            deliver(
                List.of(
                    delivery(1, "\"data\":{\"d\":\"2024-01-01\"}"),
                    delivery(2, "\"data\":{\"d\":\"no date\"}"),
                    delivery(3, "\"subject\":\"%s\"".formatted(longer)),
                    delivery(4, "\"data\":{\"d\":\"%s\"}".formatted(longer)),
                    delivery(5, "\"data_base64\":\"%s\"".formatted("AAAA".repeat(20_000))),
                    delivery(6, "\"data\":\"%s\"".formatted(longer)))))
        .containsOnly(Outcome.DELIVERED);
  }

  @Test
  void aReadOnlyIndexIsWaitedFor() {
    target();
    deliver(delivery(0, ""));
    block("\"index.blocks.read_only_allow_delete\":true");
    assertThat(deliver(delivery(1, "")))
        .isInstanceOfSatisfying(
            Outcome.Postponed.class,
            postponed -> assertThat(postponed.reason()).contains("flood-stage"));
    block("\"index.blocks.read_only_allow_delete\":null");
    block("\"index.blocks.write\":true");
    assertThat(deliver(deliveries(1, 3, "")))
        .hasSize(3)
        .allSatisfy(outcome -> assertThat(outcome).isInstanceOf(Outcome.Postponed.class));
    block("\"index.blocks.write\":null");

    assertThat(deliver(deliveries(1, 3, ""))).containsOnly(Outcome.DELIVERED);
    assertThat(node.count(index)).isEqualTo(4);
  }

  private void block(String setting) {
    node.ask("PUT", "/" + index + "/_settings", "{" + setting + "}");
  }

  @Test
  void aClosedIndexAndOneThatIsNotMadeAreNoFaultOfTheEvent() {
    target();
    deliver(delivery(0, ""));
    node.ask("POST", "/" + index + "/_close");

    assertThat(deliver(delivery(1, ""))).isInstanceOf(Outcome.Retry.class);

    node.ask("DELETE", "/" + index);
    clusterSetting("\"action.auto_create_index\":false");
    try {
      assertThat(deliver(delivery(1, ""))).isInstanceOf(Outcome.Retry.class);
    } finally {
      clusterSetting("\"action.auto_create_index\":null");
    }
    assertThat(deliver(delivery(1, ""))).isEqualTo(Outcome.DELIVERED);
  }

  @Test
  void aClusterThatMayHaveNoMoreShardsIsNoFaultOfTheEvent() {
    target();
    clusterSetting("\"cluster.max_shards_per_node\":1");
    try {
      assertThat(deliver(delivery(1, ""))).isInstanceOf(Outcome.Retry.class);
    } finally {
      clusterSetting("\"cluster.max_shards_per_node\":null");
    }
    assertThat(deliver(delivery(1, ""))).isEqualTo(Outcome.DELIVERED);
  }

  private void clusterSetting(String setting) {
    node.ask("PUT", "/_cluster/settings", "{\"transient\":{" + setting + "}}");
  }

  @Test
  void whatIsTooLargeForTheNodeIsHalvedUntilOneEventIs() {
    target("bulk-size", "64M");
    var events = new ArrayList<>(deliveries(0, 12, large(400_000)));
    events.add(5, delivery(100, large(3_000_000)));

    List<Outcome> outcomes = deliver(events);

    assertThat(outcomes.remove(5))
        .isInstanceOfSatisfying(
            Outcome.Refused.class, refused -> assertThat(refused.type()).isEqualTo("status-413"));
    assertThat(outcomes).hasSize(12).containsOnly(Outcome.DELIVERED);
    assertThat(node.count(index)).isEqualTo(12);
  }

  /** Random, so that nothing makes it smaller on the way. */
  private static String large(int length) {
    var text = new StringBuilder();
    new Random(length).ints(length, 'a', 'z').forEach(it -> text.append((char) it));
    return "\"datacontenttype\":\"text/plain\",\"data\":\"%s\"".formatted(text);
  }

  @Test
  void aNodeThatIsAwayIsWaitedFor() {
    target("answer-timeout", "2s", "connect-timeout", "1s");
    deliver(deliveries(0, 5, ""));
    node.kill();
    try {
      assertThat(deliver(deliveries(3, 5, "")))
          .hasSize(5)
          .allSatisfy(outcome -> assertThat(outcome).isInstanceOf(Outcome.Retry.class));
    } finally {
      node.startAgain();
    }
    assertThat(deliver(deliveries(3, 5, ""))).containsOnly(Outcome.DELIVERED);

    node.pause();
    long began = System.nanoTime();
    try {
      assertThat(deliver(deliveries(8, 5, "")))
          .hasSize(5)
          .allSatisfy(outcome -> assertThat(outcome).isInstanceOf(Outcome.Retry.class));
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(20));
    } finally {
      node.resume();
    }
    await()
        .untilAsserted(
            () -> assertThat(deliver(deliveries(8, 5, ""))).containsOnly(Outcome.DELIVERED));
    assertThat(node.count(index)).isEqualTo(13);
  }

  @Test
  void theTimeInTheNameOfTheIndexIsTheEventsOrTheLogs() {
    String name = index + "-{yyyy.MM}";
    target("index", name);
    deliver(
        List.of(
            delivery(1, "\"time\":\"1999-12-31T23:30:00-01:00\""),
            delivery(2, "\"time\":\"0000-01-01T00:00:00+01:00\""),
            delivery(3, "")));
    assertThat(node.documents(index + "-2000.01")).hasSize(1);
    assertThat(node.documents(index + "-2023.11")).hasSize(2);

    await(target.close());
    target("index", name, "index-time", "log");
    assertThat(deliver(delivery(4, "\"time\":\"2001-12-31T23:30:00Z\"")))
        .isEqualTo(Outcome.DELIVERED);
    assertThat(node.documents(index + "-2023.11")).hasSize(3);
  }
}
