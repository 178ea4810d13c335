package penstock.projection;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import jakarta.inject.Inject;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.util.Optional;
import java.util.function.Function;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import penstock.http.Answer;
import penstock.http.PageLimit;
import penstock.http.Unis;
import penstock.problem.ProblemException;
import penstock.stream.Stream;
import penstock.stream.StreamName;
import penstock.stream.Streams;
import penstock.view.ViewName;

/**
 * The dead letters of a stream. What a worker is to do is answered with 202: it is done soon, once,
 * and shows in what is read then. Runs on the request's event loop.
 */
@Path("/streams/{stream}/dead-letters")
class DeadLetterResource {

  private final Streams streams;
  private final DeadLetters deadLetters;

  @Inject
  DeadLetterResource(Streams streams, DeadLetters deadLetters) {
    this.streams = streams;
    this.deadLetters = deadLetters;
  }

  /**
   * A page of letters.
   *
   * @param view that set them aside; any without it
   * @param after the letter before the first
   */
  @GET
  public Uni<RestResponse<LetterPage>> page(
      @RestPath("stream") StreamName stream,
      @RestQuery("view") Optional<ViewName> view,
      @RestQuery("after") Optional<LetterId> after,
      @RestQuery("limit")
          @DefaultValue(PageLimit.DEFAULT)
          @Min(value = 1, message = PageLimit.RULE)
          @Max(value = PageLimit.MOST, message = PageLimit.RULE)
          int limit) {
    return Unis.of(
        streams
            .find(stream)
            .compose(found -> deadLetters.page(found, view, after.orElse(LetterId.FIRST), limit))
            .map(Answer::ok));
  }

  @POST
  @Path("replay")
  public Uni<RestResponse<Accepted>> replayAll(
      @RestPath("stream") StreamName stream, @RestQuery("view") Optional<ViewName> view) {
    ViewName named =
        view.orElseThrow(() -> ProblemException.ofParameter("view", "must name the view"));
    return accepted(stream, found -> deadLetters.replayAll(found, named));
  }

  @POST
  @Path("{id}/replay")
  public Uni<RestResponse<Accepted>> replay(
      @RestPath("stream") StreamName stream, @RestPath("id") LetterId id) {
    return accepted(stream, found -> deadLetters.replay(found, id));
  }

  @DELETE
  @Path("{id}")
  public Uni<RestResponse<Accepted>> delete(
      @RestPath("stream") StreamName stream, @RestPath("id") LetterId id) {
    return accepted(stream, found -> deadLetters.delete(found, id));
  }

  private Uni<RestResponse<Accepted>> accepted(
      StreamName stream, Function<Stream, Future<Void>> asking) {
    return Unis.of(
        streams.find(stream).compose(asking).map(asked -> Answer.accepted(new Accepted())));
  }
}
