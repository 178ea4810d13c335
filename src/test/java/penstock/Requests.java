package penstock;

import static io.restassured.config.EncoderConfig.encoderConfig;

import io.restassured.RestAssured;
import io.restassured.config.RestAssuredConfig;
import io.restassured.specification.RequestSpecification;

/**
 * Requests whose content type goes out as it is given: REST-assured adds a charset of its own
 * otherwise.
 */
public final class Requests {

  private static final RestAssuredConfig PLAIN =
      RestAssuredConfig.config()
          .encoderConfig(
              encoderConfig().appendDefaultContentCharsetToContentTypeIfUndefined(false));

  private Requests() {}

  public static RequestSpecification given() {
    return RestAssured.given().config(PLAIN);
  }

  /** Appends an event, as often as it takes; the cursor behind it. */
  public static String postUntilTaken(String stream, String event) {
    return Patience.await()
        .until(
            () -> {
              var answer =
                  given()
                      .contentType("application/cloudevents+json")
                      .body(event)
                      .post("/streams/" + stream + "/events");
              return answer.statusCode() < 300 ? answer.path("cursor") : null;
            },
            cursor -> cursor != null);
  }

  /** Waits until a view has applied all up to a cursor of its stream. */
  public static void awaitApplied(String view, String cursor) {
    Patience.await().until(() -> hasApplied(view, cursor));
  }

  /** Whether a view has applied all up to a cursor of its stream, or does so soon. */
  public static boolean hasApplied(String view, String cursor) {
    return given()
            .get("/views/{v}/entries?limit=1&wait=20s&at-least={c}", view, cursor)
            .statusCode()
        == 200;
  }

  /** Waits until the service has all its connections to Redis, which come back one by one. */
  public static void awaitReady() {
    Patience.await().until(() -> given().get("/q/health/ready").statusCode() == 200);
  }
}
