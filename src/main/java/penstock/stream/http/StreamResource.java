package penstock.stream.http;

import static penstock.problem.ProblemType.INVALID_NAME;
import static penstock.problem.ProblemType.OUTCOME_UNKNOWN;
import static penstock.problem.ProblemType.PARTITIONS_CHANGED;
import static penstock.problem.ProblemType.REDIS_UNAVAILABLE;
import static penstock.problem.ProblemType.TOO_BUSY;
import static penstock.problem.ProblemType.UNKNOWN_STREAM;
import static penstock.problem.ProblemType.WRONG_KEY_TYPE;
import static penstock.security.identity.Right.ADMIN;
import static penstock.security.identity.Right.GROUP;
import static penstock.security.identity.Right.PUBLISH;
import static penstock.security.identity.Right.READ;

import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;
import penstock.http.Answer;
import penstock.http.Namespace;
import penstock.http.Unis;
import penstock.problem.Raises;
import penstock.security.http.Callers;
import penstock.security.http.Requires;
import penstock.security.identity.Rights;
import penstock.stream.StreamName;
import penstock.stream.registry.Streams;
import penstock.stream.removal.StreamReaper;

/** The streams that there are. Runs on the request's event loop. */
@Raises({TOO_BUSY, REDIS_UNAVAILABLE, WRONG_KEY_TYPE, OUTCOME_UNKNOWN})
@Tag(name = "streams")
@Path("/streams")
class StreamResource {

  private final Streams streams;
  private final StreamDescription description;
  private final StreamReaper reaper;
  private final Callers callers;

  @Inject
  StreamResource(
      Streams streams, StreamDescription description, StreamReaper reaper, Callers callers) {
    this.streams = streams;
    this.description = description;
    this.reaper = reaper;
    this.callers = callers;
  }

  @GET
  @Requires(value = READ, any = true)
  @Operation(
      operationId = "listStreams",
      summary = "All streams that one may do something with, by name")
  public Uni<RestResponse<StreamList>> list() {
    Rights rights = callers.current().rights();
    return Unis.of(
        streams
            .all()
            .map(
                all ->
                    StreamList.of(
                        all.stream().filter(one -> sees(rights, one.name().value())).toList()))
            .map(Answer::ok));
  }

  private static boolean sees(Rights rights, String stream) {
    return Stream.of(READ, PUBLISH, GROUP, ADMIN).anyMatch(right -> rights.has(right, stream));
  }

  @GET
  @Path("{stream}")
  @Requires(value = READ, path = "stream")
  @Operation(operationId = "describeStream", summary = "How long a stream is, and who consumes it")
  @Raises({INVALID_NAME, UNKNOWN_STREAM, PARTITIONS_CHANGED})
  public Uni<RestResponse<StreamStatus>> status(@RestPath("stream") StreamName stream) {
    Namespace space = Namespace.current();
    return Unis.of(
        streams.find(stream).compose(found -> description.of(found, space)).map(Answer::ok));
  }

  @DELETE
  @Path("{stream}")
  @Requires(value = ADMIN, path = "stream")
  @Operation(
      operationId = "deleteStream",
      summary = "Remove a stream with all that belongs to it",
      description =
          """
          Its events, groups, dead letters, scheduled events and, of the stream of presence, members. Its views begin anew,
          empty; who follows a feed gets a `reset`, as when a log is lost. A stream that the configuration declares is
          empty then, and one that was refused for its number of partitions has the declared one. What is appended meanwhile
          is in the stream or went with it, partition by partition; what is acknowledged after the answer is in it. If it
          fails half-way, repeat it. Works on a Redis that is full.
          """)
  @APIResponse(responseCode = "204", description = "It is removed.")
  @Raises({INVALID_NAME, UNKNOWN_STREAM})
  public Uni<RestResponse<@Nullable Void>> remove(@RestPath("stream") StreamName stream) {
    return Unis.of(reaper.remove(stream).map(gone -> RestResponse.noContent()));
  }
}
