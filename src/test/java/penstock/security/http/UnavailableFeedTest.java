package penstock.security.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;
import static penstock.Patience.await;
import static penstock.Requests.given;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import penstock.redis.RedisResource;
import penstock.security.FeedWitness;
import penstock.security.IssuerResource;
import penstock.security.TestIssuer;

/**
 * An issuer whose keys cannot be had for longer than the old ones are good: nobody is let in, a
 * reader of a feed is told to come back as feeds tell it, and all is well when the issuer is.
 */
@QuarkusTest
@WithTestResource(RedisResource.class)
@WithTestResource(IssuerResource.class)
@TestProfile(UnavailableFeedTest.Settings.class)
class UnavailableFeedTest {

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "penstock.streams.calls.partitions", "1",
          "penstock.auth.keys.refresh", "200ms",
          "penstock.auth.keys.max-age", "1s",
          "penstock.auth.keys.timeout", "500ms",
          "penstock.feed.retry", "40s");
    }
  }

  private static final String FEED = "/streams/calls/feed";
  private static final String COOKIE = "penstock-session";

  @TestHTTPResource URI base;
  TestIssuer issuer;

  @AfterEach
  void mend() {
    issuer.mood(TestIssuer.Mood.GOOD);
  }

  private static int status(String token) {
    return given().header("Authorization", "Bearer " + token).get("/streams").statusCode();
  }

  private void assertUnavailable(String query, String header) {
    try (var feed = new FeedWitness(base, FEED + query, header).awaitSeen("retryAfter")) {
      assertThat(feed.status()).isEqualTo(200);
      assertThat(feed.seen())
          .containsIgnoringCase("content-type: text/event-stream;charset=UTF-8\r\n")
          .containsIgnoringCase("cache-control: no-store\r\n")
          .contains(
              "event: unavailable\ndata: {\"reason\":\"identity-unavailable\",\"retryAfter\":")
          // as the configuration says, within half of it either way
          .containsPattern("retry: [2-5]\\d{4}\n")
          .doesNotContain("id:");
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "GOOD")
  void whoCannotBeKnownIsToldToComeBack(TestIssuer.Mood mood) {
    String token = issuer.token("ann", new JsonObject("{\"read\":[\"calls\"]}"));
    await().until(() -> status(token) == 200);
    String cookie =
        given().header("Authorization", "Bearer " + token).post("/session").cookie(COOKIE);
    String ticket =
        given()
            .header("Authorization", "Bearer " + token)
            .contentType("application/json")
            .body("{\"path\":\"" + FEED + "\"}")
            .post("/tickets")
            .path("ticket");

    issuer.mood(mood);
    await().until(() -> status(token) == 503);
    given()
        .header("Authorization", "Bearer " + token)
        .get(FEED)
        .then()
        .statusCode(503)
        .header("Retry-After", notNullValue())
        .body("type", equalTo("urn:penstock:problem:identity-unavailable"));
    given().cookie(COOKIE, cookie).get("/session").then().statusCode(503);
    assertUnavailable("", "Cookie: " + COOKIE + "=" + cookie + "\r\n");
    assertUnavailable("?ticket=" + ticket, "");
    // nothing is open for it
    given().get("/streams").then().statusCode(401);

    issuer.mood(TestIssuer.Mood.GOOD);
    await().until(() -> status(token) == 200);
    String header = "Cookie: " + COOKIE + "=" + cookie + "\r\n";
    try (var feed = new FeedWitness(base, FEED, header).awaitSeen("caught-up")) {
      assertThat(feed.status()).isEqualTo(200);
    }
  }
}
