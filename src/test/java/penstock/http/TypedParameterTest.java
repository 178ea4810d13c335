package penstock.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import penstock.redis.RedisResource;

@QuarkusTest
@WithTestResource(RedisResource.class)
class TypedParameterTest {

  private static Response get(String path) {
    return given().urlEncodingEnabled(false).get("/test/probe/" + path);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "single | [Optional.empty, 5, PT2S, null]",
        "single?text=a&limit=10&wait=250ms | [Optional[a], 10, PT0.25S, null]",
        "single?text=&wait=PT3S | [Optional[], 5, PT3S, null]",
        "single?wait=3 | [Optional.empty, 5, PT3S, null]",
        "single?_other=1&_other=2 | [Optional.empty, 5, PT2S, null]",
        "several | [[], []]",
        "several?any=&any=b&any=b&some=c&some=d&some=c | [[, b, b], [c, d]]",
        "a%20b%2Fc%3Bd | [a b/c;d]",
        "a;b=c | [a;b=c]",
        "a;b=c?_d=e | [a;b=c]",
        "+ | [+]",
      })
  void givesTheValuesAsTheyStand(String path, String values) {
    Response response = get(path);
    assertThat(response.asString()).isEqualTo("\"" + values + "\"");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.header("Content-Type")).isEqualTo("application/json");
    assertThat(response.header("Cache-Control")).isEqualTo("no-store");
  }

  @Test
  void givesAHeader() {
    given()
        .header("Last-Event-ID", "x")
        .get("/test/probe/single")
        .then()
        .body(org.hamcrest.Matchers.endsWith(", x]\""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "single?text=a&text=a | text | is given 2 times; give it once",
        "single?text=&text=a | text | is given 2 times; give it once",
        "single?limit=1&limit=2&limit=3 | limit | is given 3 times; give it once",
        "single?limit= | limit | must be a whole number from 1 to 10",
        "single?limit=0 | limit | must be a whole number from 1 to 10",
        "single?limit=11 | limit | must be a whole number from 1 to 10",
        "single?limit=99999999999 | limit | must be a whole number from 1 to 10",
        "single?limit=1.5 | limit | must be a whole number from 1 to 10",
        "single?wait=soon | wait | must be a duration of at most 3s",
        "single?wait= | wait | must be a duration of at most 3s",
        "single?wait=4s | wait | must be a duration of at most 3s",
        "single?wait=4s&limit=11 | limit | must be a whole number from 1 to 10",
        "several?some=a&some= | some | must not be empty",
        "several?some=a&some=b&some=c | some | may be given at most 2 times",
      })
  void namesTheParameterThatBreaksItsRule(String path, String name, String rule) {
    Response response = get(path);
    assertThat(response.asString())
        .isEqualTo(
            "{\"type\":\"urn:penstock:problem:invalid-parameter\",\"title\":\"A parameter is invalid\","
                + "\"status\":400,\"detail\":\"The parameter '%1$s' %2$s.\",\"errors\":[{\"attribute\":\"%1$s\",\"message\":\"%2$s\"}]}"
                    .formatted(name, rule));
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.header("Content-Type")).isEqualTo("application/problem+json");
  }
}
