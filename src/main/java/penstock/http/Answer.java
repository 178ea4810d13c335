package penstock.http;

import io.vertx.core.buffer.Buffer;
import org.jboss.resteasy.reactive.RestResponse;
import penstock.problem.Problem;
import penstock.problem.Problems;

/**
 * Responses as this API has them. They say their content type themselves, for two reasons: Quarkus
 * REST would add {@code charset=UTF-8}, a parameter that JSON does not have (RFC 8259, 11); and a
 * resource that declares what it produces is not found by who asks for anything else, although
 * there is but one form of each thing, which is then better than none (RFC 9110, 12.5.1).
 */
public final class Answer {

  /** Names of headers, in the lower case in which they are sent. */
  public static final String CONTENT_TYPE = "content-type";

  public static final String CACHE_CONTROL = "cache-control";

  private static final String RETRY_AFTER = "retry-after";

  private static final String JSON = "application/json";

  /** What is answered is true only now. */
  private static final String NO_STORE = "no-store";

  private Answer() {}

  /** 200: what is there now. */
  public static <T> RestResponse<T> ok(T body) {
    return now(body).build();
  }

  /** As {@link #ok}, for more headers to be added. */
  public static <T> RestResponse.ResponseBuilder<T> now(T body) {
    return json(RestResponse.Status.OK, body).header(CACHE_CONTROL, NO_STORE);
  }

  /** 202: it will be done soon. */
  public static <T> RestResponse<T> accepted(T body) {
    return json(RestResponse.Status.ACCEPTED, body).header(CACHE_CONTROL, NO_STORE).build();
  }

  /** For headers to be added, also how long it may be stored. */
  public static <T> RestResponse.ResponseBuilder<T> json(RestResponse.Status status, T body) {
    return RestResponse.ResponseBuilder.create(status, body).header(CONTENT_TYPE, JSON);
  }

  /** The document of a problem, with names as the caller of the request knows them. */
  public static RestResponse<Buffer> problem(Problem whole) {
    Problem problem = Namespace.current().hide(whole);
    var response =
        RestResponse.ResponseBuilder.<Buffer>create(problem.type().status())
            .entity(Problems.document(problem))
            .header(CONTENT_TYPE, Problems.MEDIA_TYPE)
            .header(CACHE_CONTROL, NO_STORE);
    Problems.retrySeconds(problem).ifPresent(seconds -> response.header(RETRY_AFTER, seconds));
    String challenge = Problems.challenge(problem.type());
    if (challenge != null) {
      response.header(Problems.CHALLENGE_HEADER, challenge);
    }
    return response.build();
  }
}
