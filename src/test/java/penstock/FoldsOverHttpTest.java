package penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.hamcrest.Matchers.equalTo;
import static penstock.Patience.await;
import static penstock.Requests.given;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import penstock.redis.RedisResource;

/**
 * Each fold over the real events, on a stream of four partitions and keyed so that most keys are in
 * several of them, against totals that are computed here.
 */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(FoldsOverHttpTest.Spread.class)
class FoldsOverHttpTest {

  private static final Path FILE = Path.of("src/test/resources/commits.ndjson.gz");
  private static final int DAY = 86_400;

  public static final class Spread implements QuarkusTestProfile {

    private final Map<String, String> settings = new HashMap<>();

    @Override
    public Map<String, String> getConfigOverrides() {
      settings.put("penstock.streams.spread.partitions", "4");
      for (String fold : new String[] {"sum", "min", "max", "average"}) {
        view(fold + "-by-type", "fold", fold, "key", "type", "value", "/files");
        view(fold, "fold", fold, "key", "subject", "value", "/files");
      }
      view("recent", "fold", "recent", "key", "subject", "size", "20");
      view(
          "rank", "fold", "rank", "key", "type", "member", "/author", "value", "/files", "score",
          "total");
      view("distinct", "fold", "distinct", "key", "type", "value", "/author");
      view("window", "fold", "window", "key", "type", "bucket", "1d", "buckets", "400");
      view(
          "window-sum",
          "fold",
          "window",
          "key",
          "type",
          "bucket",
          "7d",
          "buckets",
          "30",
          "value",
          "/files");
      settings.put("penstock.streams.odd.partitions", "1");
      view("odd", "stream", "odd", "fold", "sum", "key", "type", "value", "/n");
      view("longest", "fold", "bean:longest-title", "key", "type");
      return settings;
    }

    private void view(String name, String... properties) {
      settings.put("penstock.views." + name + ".stream", "spread");
      for (int i = 0; i < properties.length; i += 2) {
        settings.put("penstock.views." + name + "." + properties[i], properties[i + 1]);
      }
    }
  }

  private record Commit(JsonObject event) {

    JsonObject data() {
      return event.getJsonObject("data");
    }

    String type() {
      return event.getString("type");
    }

    String subject() {
      return event.getString("subject");
    }

    BigDecimal files() {
      return new BigDecimal(data().getValue("files").toString());
    }

    long day(int days) {
      long seconds = OffsetDateTime.parse(event.getString("time")).toEpochSecond();
      return Math.floorDiv(seconds, (long) days * DAY);
    }
  }

  @TestHTTPResource("/streams/spread/events")
  URI target;

  @Test
  void theViewsHoldWhatTheEventsAmountTo() throws Exception {
    new PostEvents(
            target, new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8))
        .post(FILE);
    List<Commit> commits = commits();

    for (String by : new String[] {"", "-by-type"}) {
      Map<String, List<BigDecimal>> files =
          commits.stream()
              .collect(
                  Collectors.groupingBy(
                      by.isEmpty() ? Commit::subject : Commit::type,
                      Collectors.mapping(Commit::files, Collectors.toList())));
      assertThat(numbers("sum" + by)).isEqualTo(reduced(files, FoldsOverHttpTest::sum));
      assertThat(numbers("min" + by)).isEqualTo(reduced(files, Collections::min));
      assertThat(numbers("max" + by)).isEqualTo(reduced(files, Collections::max));
      Map<String, Object> averages = view("average" + by);
      assertThat(averages.keySet()).isEqualTo(files.keySet());
      files.forEach(
          (key, all) -> {
            JsonObject average = (JsonObject) averages.get(key);
            assertThat(average.getInteger("count")).isEqualTo(all.size());
            assertThat(average.getInteger("sum")).isEqualTo(sum(all).intValueExact());
            assertThat(average.getDouble("average"))
                .isEqualTo(
                    sum(all)
                        .divide(BigDecimal.valueOf(all.size()), MathContext.DECIMAL128)
                        .doubleValue());
          });
    }
    assertThat(numbers("sum"))
        .isEqualTo(
            RealInputTest.expected().getJsonObject("filesByRepository").stream()
                .collect(
                    Collectors.toMap(
                        Map.Entry::getKey, one -> new BigDecimal(one.getValue().toString()))));

    Map<String, List<Commit>> bySubject =
        commits.reversed().stream().collect(Collectors.groupingBy(Commit::subject));
    Map<String, Object> recent = view("recent");
    bySubject.forEach(
        (subject, newestFirst) ->
            assertThat(recent.get(subject))
                .isEqualTo(
                    new JsonArray(newestFirst.stream().limit(20).map(Commit::event).toList())));

    Map<String, List<Commit>> byType =
        commits.stream().collect(Collectors.groupingBy(Commit::type));
    Map<String, Object> rank = view("rank");
    Map<String, Object> distinct = view("distinct");
    Map<String, Object> longest = view("longest");
    byType.forEach(
        (type, all) -> {
          assertThat(rank.get(type)).isEqualTo(ranked(all));
          Set<String> authors =
              all.stream().map(one -> one.data().getString("author")).collect(Collectors.toSet());
          assertThat(((JsonObject) distinct.get(type)).getDouble("distinct"))
              .isCloseTo(authors.size(), within(4 * 0.0163 * authors.size()));
          String title =
              all.stream()
                  .map(one -> one.data().getString("title"))
                  .max(Comparator.comparing(String::length))
                  .orElseThrow();
          assertThat(((JsonObject) longest.get(type)).getString("title")).hasSameSizeAs(title);
        });

    assertBuckets("window", 1, 400, byType, one -> BigDecimal.ONE);
    assertBuckets("window-sum", 7, 30, byType, Commit::files);
    for (String view : new String[] {"sum", "rank", "distinct", "window", "longest"}) {
      given()
          .get("/views/{v}", view)
          .then()
          .statusCode(200)
          .body("partitions.deadLetters.sum()", equalTo(0));
    }
  }

  @Test
  void whatCannotBeFoldedIsSetAsideOrSkippedAndTheRestGoesOn() {
    for (String data :
        new String[] {
          "{\"n\":0.1}", "{\"n\":1e999999999}", "{\"n\":\"1\"}", "{}", "\"text\"", "{\"n\":0.2}"
        }) {
      given()
          .contentType("application/json")
          .body(data)
          .queryParam("type", "t")
          .post("/streams/odd/events")
          .then()
          .statusCode(201);
    }
    await()
        .untilAsserted(
            () -> {
              assertThat(given().get("/views/odd/entries/t").asString())
                  .isEqualTo("{\"key\":\"t\",\"value\":0.3}");
              given()
                  .get("/views/odd")
                  .then()
                  .body("partitions[0].deadLetters", equalTo(2))
                  .body("partitions[0].skipped", equalTo(2))
                  .body("fold", equalTo("sum"))
                  .body("value", equalTo("/n"));
            });
  }

  private static JsonArray ranked(List<Commit> all) {
    Map<String, BigDecimal> total =
        all.stream()
            .collect(
                Collectors.groupingBy(
                    one -> one.data().getString("author"),
                    Collectors.mapping(
                        Commit::files, Collectors.reducing(BigDecimal.ZERO, BigDecimal::add))));
    return new JsonArray(
        total.entrySet().stream()
            .sorted(
                Map.Entry.<String, BigDecimal>comparingByValue()
                    .reversed()
                    .thenComparing(Map.Entry.comparingByKey()))
            .limit(10)
            .map(
                one ->
                    new JsonObject()
                        .put("member", one.getKey())
                        .put("score", one.getValue().intValueExact()))
            .toList());
  }

  private static void assertBuckets(
      String view,
      int days,
      int buckets,
      Map<String, List<Commit>> byType,
      Function<Commit, BigDecimal> worth) {
    Map<String, Object> values = view(view);
    byType.forEach(
        (type, all) -> {
          TreeMap<Long, BigDecimal> expected =
              all.stream()
                  .collect(
                      Collectors.groupingBy(
                          one -> one.day(days),
                          TreeMap::new,
                          Collectors.mapping(
                              worth, Collectors.reducing(BigDecimal.ZERO, BigDecimal::add))));
          var shown = new TreeMap<Long, BigDecimal>();
          ((JsonArray) values.get(type))
              .forEach(
                  one -> {
                    JsonObject bucket = (JsonObject) one;
                    shown.put(
                        bucket.getInstant("start").getEpochSecond() / ((long) days * DAY),
                        new BigDecimal(bucket.getValue("value").toString()));
                  });
          assertThat(shown)
              .as("%s of %s", view, type)
              .isEqualTo(expected.tailMap(expected.lastKey() - buckets, false));
        });
  }

  private static BigDecimal sum(List<BigDecimal> all) {
    return all.stream().reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  private static Map<String, BigDecimal> reduced(
      Map<String, List<BigDecimal>> all, Function<List<BigDecimal>, BigDecimal> reduction) {
    return all.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, one -> reduction.apply(one.getValue())));
  }

  private static Map<String, BigDecimal> numbers(String view) {
    return view(view).entrySet().stream()
        .collect(
            Collectors.toMap(Map.Entry::getKey, one -> new BigDecimal(one.getValue().toString())));
  }

  /** What the view holds once it has applied all that the stream has. */
  private static Map<String, Object> view(String view) {
    String latest = given().get("/streams/spread/events?cursor=latest").path("cursor");
    String body =
        await()
            .until(
                () ->
                    given()
                        .queryParam("at-least", latest)
                        .queryParam("wait", "30s")
                        .get("/views/{v}/entries", view),
                reply -> reply.statusCode() == 200)
            .asString();
    var values = new HashMap<String, Object>();
    new JsonObject(body)
        .getJsonArray("entries")
        .forEach(
            one ->
                values.put(
                    ((JsonObject) one).getString("key"), ((JsonObject) one).getValue("value")));
    return values;
  }

  private static List<Commit> commits() throws IOException {
    var commits = new ArrayList<Commit>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(RealInputTest.class.getResourceAsStream("/commits.ndjson.gz")),
                StandardCharsets.UTF_8))) {
      lines.lines().forEach(line -> commits.add(new Commit(new JsonObject(line))));
    }
    return commits;
  }
}
