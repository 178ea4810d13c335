package penstock.http;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.hibernate.validator.constraints.time.DurationMax;
import org.jboss.resteasy.reactive.RestHeader;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;
import penstock.problem.Problem;
import penstock.problem.ProblemType;

/** Shows what a resource is given, and fails in all ways. */
@Path("/probe")
class ParameterProbe {

  private static final String LIMIT = "must be a whole number from 1 to 10";

  private static Uni<RestResponse<JsonBody>> seen(Object... values) {
    JsonBody body = () -> Buffer.buffer("\"" + List.of(values) + "\"");
    return Uni.createFrom().item(Answer.ok(body));
  }

  @GET
  @Path("single")
  public Uni<RestResponse<JsonBody>> single(
      @RestQuery("text") Optional<String> text,
      @RestQuery("limit")
          @DefaultValue("5")
          @Min(value = 1, message = LIMIT)
          @Max(value = 10, message = LIMIT)
          int limit,
      @RestQuery("wait")
          @DefaultValue("2s")
          @DurationMax(seconds = 3, message = "must be a duration of at most 3s")
          Duration wait,
      @RestHeader("Last-Event-ID") @Nullable String last) {
    return seen(text, limit, wait, String.valueOf(last));
  }

  @GET
  @Path("several")
  public Uni<RestResponse<JsonBody>> several(
      @RestQuery("any") List<String> any,
      @RestQuery("some") @Size(max = 2, message = "may be given at most 2 times")
          Set<@NotEmpty(message = "must not be empty") String> some) {
    return seen(any, some);
  }

  @GET
  @Path("{text}")
  public Uni<RestResponse<JsonBody>> path(@RestPath("text") String text) {
    return seen(text);
  }

  @POST
  @Path("{text}")
  public Uni<RestResponse<JsonBody>> post(@RestPath("text") String text) {
    return seen(text);
  }

  @DELETE
  @Path("failing/{how}")
  public Uni<RestResponse<JsonBody>> fail(@RestPath("how") String how) {
    return switch (how) {
      case "thrown" -> throw new IllegalStateException("secret");
      case "failed" -> Unis.of(Future.failedFuture(new IllegalStateException("secret")));
      case "passing" ->
          Unis.of(
              Future.failedFuture(
                  Problem.passing(ProblemType.TOO_BUSY, "Later.", Duration.ofSeconds(1))
                      .with("more", 1)
                      .exception()));
      default -> seen(how);
    };
  }
}
