package penstock.stream.http;

import static penstock.problem.ProblemType.DEAD_LETTER_OUTDATED;
import static penstock.problem.ProblemType.INVALID_NAME;
import static penstock.problem.ProblemType.INVALID_PARAMETER;
import static penstock.problem.ProblemType.OUTCOME_UNKNOWN;
import static penstock.problem.ProblemType.PARTITIONS_CHANGED;
import static penstock.problem.ProblemType.REDIS_UNAVAILABLE;
import static penstock.problem.ProblemType.TOO_BUSY;
import static penstock.problem.ProblemType.UNKNOWN_DEAD_LETTER;
import static penstock.problem.ProblemType.UNKNOWN_GROUP;
import static penstock.problem.ProblemType.UNKNOWN_SINK;
import static penstock.problem.ProblemType.UNKNOWN_STREAM;
import static penstock.problem.ProblemType.UNKNOWN_VIEW;
import static penstock.problem.ProblemType.WRONG_KEY_TYPE;
import static penstock.security.identity.Right.ADMIN;
import static penstock.security.identity.Right.READ;

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
import java.util.ArrayList;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import penstock.http.Accepted;
import penstock.http.Answer;
import penstock.http.Namespace;
import penstock.http.PageLimit;
import penstock.http.Unis;
import penstock.problem.ProblemException;
import penstock.problem.Raises;
import penstock.security.http.Callers;
import penstock.security.http.Requires;
import penstock.security.identity.AllowedValues;
import penstock.stream.NameRule;
import penstock.stream.StreamName;
import penstock.stream.deadletter.DeadLetter;
import penstock.stream.deadletter.DeadLetterId;
import penstock.stream.deadletter.DeadLetterPage;
import penstock.stream.deadletter.DeadLetters;
import penstock.stream.registry.Stream;
import penstock.stream.registry.Streams;

/**
 * The dead letters of a stream. What is to be done with one is answered with 202: it is done soon,
 * once, and shows in what is read then. Runs on the request's event loop.
 */
@Tag(name = "streams")
@Raises({
  INVALID_NAME,
  INVALID_PARAMETER,
  UNKNOWN_STREAM,
  TOO_BUSY,
  REDIS_UNAVAILABLE,
  WRONG_KEY_TYPE,
  OUTCOME_UNKNOWN,
  PARTITIONS_CHANGED
})
@Path("/streams/{stream}/dead-letters")
class DeadLetterResource {

  private static final String SOON =
      "It is done soon, once: by the instance that works the view or the sink, or by who pulls of the group next.";

  private final Streams streams;
  private final DeadLetters deadLetters;
  private final Callers callers;

  @Inject
  DeadLetterResource(Streams streams, DeadLetters deadLetters, Callers callers) {
    this.streams = streams;
    this.deadLetters = deadLetters;
    this.callers = callers;
  }

  /**
   * A page of letters.
   *
   * @param view that set them aside
   * @param group that set them aside
   * @param sink that set them aside; any consumer without all three
   * @param after the letter before the first
   */
  @GET
  @Requires(value = READ, path = "stream", narrows = true)
  @Operation(
      operationId = "listDeadLetters",
      summary =
          "Events that views could not fold, consumers of groups could not deal with, or receivers of sinks refused")
  public Uni<RestResponse<DeadLetterPage>> page(
      @RestPath("stream") StreamName stream,
      @RestQuery("view")
          @Parameter(
              description =
                  "Only those that this view set aside; a page may then be empty and not complete",
              schema = @Schema(ref = "ViewName"))
          Optional<String> view,
      @RestQuery("group")
          @Parameter(
              description =
                  "Only those that this group set aside; a page may then be empty and not complete",
              schema = @Schema(ref = "GroupName"))
          Optional<String> group,
      @RestQuery("sink")
          @Parameter(
              description =
                  "Only those that this sink set aside; a page may then be empty and not complete",
              schema = @Schema(ref = "SinkName"))
          Optional<String> sink,
      @RestQuery("after")
          @Parameter(
              description = "The letter behind which the page begins; `next` of the page before")
          Optional<DeadLetterId> after,
      @RestQuery("limit")
          @Parameter(description = PageLimit.MEANING)
          @DefaultValue(PageLimit.DEFAULT)
          @Min(value = 1, message = PageLimit.RULE)
          @Max(value = PageLimit.MOST, message = PageLimit.RULE)
          int limit) {
    AllowedValues subjects = callers.subjects(stream.value());
    Namespace space = Namespace.current();
    Predicate<DeadLetter> visible =
        letter ->
            isOf(space, letter) && (subjects.any() || subjects.admits(letter.event().subject()));
    Predicate<DeadLetter> wanted =
        owner(view, group, sink)
            .<Predicate<DeadLetter>>map(
                owner ->
                    letter ->
                        letter.owner() == owner.kind() && letter.consumer().equals(owner.name()))
            .orElse(letter -> true);
    return Unis.of(
        streams
            .find(stream)
            .compose(
                found ->
                    deadLetters.page(
                        found, visible.and(wanted), after.orElse(DeadLetterId.FIRST), limit))
            .map(Answer::ok));
  }

  @POST
  @Path("replay")
  @Requires(value = ADMIN, path = "stream")
  @Operation(
      operationId = "replayDeadLetters",
      summary =
          "Fold all events again that a view set aside, or deliver all again that a group or a sink did")
  @APIResponse(
      responseCode = "202",
      description = SOON,
      content =
          @Content(
              mediaType = "application/json",
              schema = @Schema(implementation = Accepted.class)))
  @Raises({UNKNOWN_VIEW, UNKNOWN_GROUP, UNKNOWN_SINK})
  public Uni<RestResponse<Accepted>> replayAll(
      @RestPath("stream") StreamName stream,
      @RestQuery("view")
          @Parameter(
              description = "The view; one of view, group and sink is required",
              schema = @Schema(ref = "ViewName"))
          Optional<String> view,
      @RestQuery("group")
          @Parameter(
              description = "The group; one of view, group and sink is required",
              schema = @Schema(ref = "GroupName"))
          Optional<String> group,
      @RestQuery("sink")
          @Parameter(
              description = "The sink; one of view, group and sink is required",
              schema = @Schema(ref = "SinkName"))
          Optional<String> sink) {
    Named owner =
        owner(view, group, sink)
            .orElseThrow(
                () ->
                    ProblemException.ofParameter(
                        "view", "must name the view, 'group' the group, or 'sink' the sink"));
    return accepted(stream, found -> deadLetters.replayAll(found, owner.kind(), owner.name()));
  }

  /** Who set letters aside. */
  private record Named(DeadLetter.Owner kind, String name) {}

  private static Optional<Named> owner(
      Optional<String> view, Optional<String> group, Optional<String> sink) {
    var named = new ArrayList<Named>();
    view.ifPresent(name -> named.add(named(DeadLetter.Owner.VIEW, name)));
    group.ifPresent(name -> named.add(named(DeadLetter.Owner.GROUP, name)));
    sink.ifPresent(name -> named.add(named(DeadLetter.Owner.SINK, name)));
    if (named.size() > 1) {
      throw ProblemException.ofParameter(
          named.getLast().kind().toString(),
          "must not be given together with '" + named.getFirst().kind() + "'");
    }
    return named.stream().findFirst();
  }

  private static Named named(DeadLetter.Owner kind, String name) {
    return kind == DeadLetter.Owner.GROUP
        ? new Named(kind, NameRule.checkOwn(kind.toString(), name))
        : new Named(kind, NameRule.check(kind.toString(), Namespace.current().whole(name)));
  }

  /** Others work through a tenant's streams, too: those whose views and sinks have no tenant. */
  private static boolean isOf(Namespace space, DeadLetter letter) {
    return letter.owner() == DeadLetter.Owner.GROUP || space.has(letter.consumer());
  }

  @POST
  @Path("{id}/replay")
  @Requires(value = ADMIN, path = "stream")
  @Operation(
      operationId = "replayDeadLetter",
      summary =
          "Fold an event again, against the present entry; of a group or a sink, deliver it again",
      description = "If it fails again, the letter stays, with the reason as `failedReplay`.")
  @APIResponse(
      responseCode = "202",
      description = SOON,
      content =
          @Content(
              mediaType = "application/json",
              schema = @Schema(implementation = Accepted.class)))
  @Raises({UNKNOWN_DEAD_LETTER, DEAD_LETTER_OUTDATED})
  public Uni<RestResponse<Accepted>> replay(
      @RestPath("stream") StreamName stream, @RestPath("id") DeadLetterId id) {
    Namespace space = Namespace.current();
    return accepted(stream, found -> deadLetters.replay(found, id, one -> isOf(space, one)));
  }

  @DELETE
  @Path("{id}")
  @Requires(value = ADMIN, path = "stream")
  @Operation(operationId = "deleteDeadLetter", summary = "Let a dead letter go")
  @APIResponse(
      responseCode = "202",
      description = SOON,
      content =
          @Content(
              mediaType = "application/json",
              schema = @Schema(implementation = Accepted.class)))
  @Raises(UNKNOWN_DEAD_LETTER)
  public Uni<RestResponse<Accepted>> delete(
      @RestPath("stream") StreamName stream, @RestPath("id") DeadLetterId id) {
    Namespace space = Namespace.current();
    return accepted(stream, found -> deadLetters.delete(found, id, one -> isOf(space, one)));
  }

  private Uni<RestResponse<Accepted>> accepted(
      StreamName stream, Function<Stream, Future<Void>> asking) {
    return Unis.of(
        streams.find(stream).compose(asking).map(asked -> Answer.accepted(new Accepted())));
  }
}
