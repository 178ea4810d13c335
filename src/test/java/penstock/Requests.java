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
}
