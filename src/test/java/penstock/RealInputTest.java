package penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Requests.given;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import penstock.redis.RedisResource;

/**
 * The real events through the whole service, twice, against totals that were computed without it.
 */
@QuarkusTest
@WithTestResource(RedisResource.class)
class RealInputTest {

  private static final Path FILE = Path.of("src/test/resources/commits.ndjson.gz");
  private static final int EVENTS = 26_962;

  @TestHTTPResource("/streams/commits/events")
  URI target;

  @Test
  void theViewsHoldTheExpectedTotalsAndPostingAllAgainChangesNothing() throws Exception {
    PostEvents first = post();
    assertThat(first.posted()).isEqualTo(EVENTS);
    assertThat(first.duplicates()).isZero();
    Map<String, JsonObject> views = views();

    PostEvents second = post();
    assertThat(second.posted()).isEqualTo(EVENTS);
    assertThat(second.duplicates()).isEqualTo(EVENTS);
    assertThat(views()).isEqualTo(views);

    JsonObject expected = expected();
    assertThat(views.get("commits-by-type")).isEqualTo(expected.getJsonObject("byType"));
    assertThat(views.get("commits-by-repository"))
        .isEqualTo(expected.getJsonObject("byRepository"));
    assertThat(views.get("commits-by-author"))
        .containsAll(expected.getJsonObject("commitsByAuthorTop20"));
    assertThat(views.get("repositories")).isEqualTo(mergedByRepository());
  }

  private PostEvents post() throws IOException, InterruptedException {
    ByteArrayOutputStream progress = new ByteArrayOutputStream();
    PostEvents poster =
        new PostEvents(target, new PrintStream(progress, true, StandardCharsets.UTF_8));
    poster.post(FILE);
    assertThat(progress.toString(StandardCharsets.UTF_8)).contains("26,962 events posted");
    return poster;
  }

  /** What each view holds once it has applied all that the stream has. */
  private static Map<String, JsonObject> views() {
    String latest = given().get("/streams/commits/events?cursor=latest").path("cursor");
    Map<String, JsonObject> views = new LinkedHashMap<>();
    for (String view :
        new String[] {
          "commits-by-type", "commits-by-repository", "commits-by-author", "repositories"
        }) {
      JsonObject entries = new JsonObject();
      String after = "";
      boolean complete = false;
      while (!complete) {
        JsonObject page =
            new JsonObject(
                given()
                    .queryParam("at-least", latest)
                    .queryParam("wait", "30s")
                    .queryParam("limit", 1000)
                    .queryParam("after", after)
                    .get("/views/{v}/entries", view)
                    .then()
                    .statusCode(200)
                    .extract()
                    .asString());
        JsonArray rows = page.getJsonArray("entries");
        rows.forEach(
            row ->
                entries.put(
                    ((JsonObject) row).getString("key"), ((JsonObject) row).getValue("value")));
        complete = page.getBoolean("complete");
        after = page.getString("next");
      }
      views.put(view, entries);
    }
    return views;
  }

  static JsonObject expected() throws IOException {
    try (InputStream in = RealInputTest.class.getResourceAsStream("/commits.expected.json")) {
      return new JsonObject(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  /**
   * All members of all data by repository, the last one wins: no data of these events has an object
   * or null in it.
   */
  private static JsonObject mergedByRepository() throws IOException {
    JsonObject merged = new JsonObject();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(RealInputTest.class.getResourceAsStream("/commits.ndjson.gz")),
                StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonObject event = new JsonObject(line);
        String repository = event.getString("subject");
        if (!merged.containsKey(repository)) {
          merged.put(repository, new JsonObject());
        }
        merged.getJsonObject(repository).mergeIn(event.getJsonObject("data"));
      }
    }
    return merged;
  }
}
