package penstock.view.http;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;
import static penstock.Requests.given;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import penstock.redis.RedisResource;

@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(EntryAddressTest.Settings.class)
class EntryAddressTest {

  public static final class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "penstock.streams.keys.partitions", "1",
          "penstock.views.keys.stream", "keys",
          "penstock.views.keys.fold", "count",
          "penstock.views.keys.key", "subject");
    }
  }

  private static final List<String> KEYS =
      List.of(
          ".",
          "..",
          "...",
          "/",
          "//",
          "a/",
          "/a",
          "a//b",
          "a/./b",
          "../a",
          "a/..",
          "%",
          "%2F",
          "%2e",
          ";",
          "a;b",
          ".;",
          "a b",
          "a+b",
          "a?b",
          "a#b",
          "a|b",
          "{}",
          "\"",
          "\\",
          "ü",
          "\ud83d\ude00",
          "-",
          "null");

  @TestHTTPResource URI base;

  /** As it stands: most clients take dots out of a path. */
  private String raw(String path) throws IOException {
    try (var socket = new Socket(base.getHost(), base.getPort())) {
      socket
          .getOutputStream()
          .write(
              ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void everyKeyOfTheListIsFetchedByIt() throws IOException {
    var batch = new JsonArray();
    for (String key : KEYS) {
      batch.add(
          new JsonObject()
              .put("specversion", "1.0")
              .put("id", key)
              .put("source", "/t")
              .put("type", "t")
              .put("subject", key));
    }
    given()
        .contentType("application/cloudevents-batch+json")
        .body(batch.encode().getBytes(StandardCharsets.UTF_8))
        .post("/streams/keys/events")
        .then()
        .statusCode(201);
    await()
        .until(
            () ->
                given().get("/views/keys/entries").jsonPath().getList("entries").size()
                    == KEYS.size());
    List<String> listed = given().get("/views/keys/entries").jsonPath().getList("entries.key");
    assertThat(listed).containsExactlyInAnyOrderElementsOf(KEYS);
    for (String key : listed) {
      String encoded = URLEncoder.encode(key, StandardCharsets.UTF_8).replace("+", "%20");
      String answer = raw("/views/keys/entries/" + encoded);
      assertThat(answer).as(key).startsWith("HTTP/1.1 200 ");
      assertThat(new JsonObject(answer.substring(answer.indexOf("\r\n\r\n"))).getString("key"))
          .isEqualTo(key);
    }
    for (String plain : List.of("a//b", "a/./b", "../a", "a/..", "//", "a|b", "ü", "a;b")) {
      assertThat(raw("/views/keys/entries/" + plain))
          .as(plain)
          .startsWith("HTTP/1.1 200 ")
          .contains(new JsonObject().put("key", plain).encode().replace("}", ","));
    }
  }
}
