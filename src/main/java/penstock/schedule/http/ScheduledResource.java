package penstock.schedule.http;

import static penstock.problem.ProblemType.INVALID_NAME;
import static penstock.problem.ProblemType.INVALID_PARAMETER;
import static penstock.problem.ProblemType.OUTCOME_UNKNOWN;
import static penstock.problem.ProblemType.PARTITIONS_CHANGED;
import static penstock.problem.ProblemType.REDIS_UNAVAILABLE;
import static penstock.problem.ProblemType.TOO_BUSY;
import static penstock.problem.ProblemType.UNKNOWN_SCHEDULED_EVENT;
import static penstock.problem.ProblemType.UNKNOWN_STREAM;
import static penstock.problem.ProblemType.WRONG_KEY_TYPE;
import static penstock.security.identity.Right.PUBLISH;
import static penstock.security.identity.Right.READ;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import jakarta.inject.Inject;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import penstock.event.Event;
import penstock.http.Answer;
import penstock.http.PageLimit;
import penstock.http.Unis;
import penstock.problem.ProblemException;
import penstock.problem.Raises;
import penstock.schedule.delayed.DelayLimit;
import penstock.schedule.delayed.DelayedEvents;
import penstock.schedule.delayed.DeliveryTime;
import penstock.schedule.delayed.ScheduledEvent;
import penstock.schedule.delayed.ScheduledId;
import penstock.schedule.delayed.ScheduledPage;
import penstock.schedule.delayed.ScheduledPosition;
import penstock.security.http.Callers;
import penstock.security.http.Requires;
import penstock.security.identity.AllowedValues;
import penstock.security.identity.Rights;
import penstock.stream.StreamName;
import penstock.stream.registry.Stream;
import penstock.stream.registry.Streams;

/**
 * The events of a stream that wait to enter its log. Whether one still could be moved or cancelled
 * is decided by Redis: who comes too late is told 404. Runs on the request's event loop.
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
@Path("/streams/{stream}/scheduled")
class ScheduledResource {

  private static final String AT = "deliver-at";
  private static final String AFTER = "deliver-after";

  private final Streams streams;
  private final DelayedEvents delayed;
  private final DelayLimit limit;
  private final Callers callers;

  @Inject
  ScheduledResource(Streams streams, DelayedEvents delayed, DelayLimit limit, Callers callers) {
    this.streams = streams;
    this.delayed = delayed;
    this.limit = limit;
    this.callers = callers;
  }

  @GET
  @Requires(value = READ, path = "stream", narrows = true)
  @Operation(
      operationId = "listScheduledEvents",
      summary = "Events that wait to enter the log",
      description =
          """
          Partition by partition, in the order of deadlines. A page may hold fewer events than asked for without being
          the last: `complete` says.
          """)
  public Uni<RestResponse<ScheduledPage>> page(
      @RestPath("stream") StreamName stream,
      @RestQuery("after")
          @Parameter(description = "Where the page begins: `next` of the page before")
          Optional<ScheduledPosition> after,
      @RestQuery("limit")
          @Parameter(description = PageLimit.MEANING)
          @DefaultValue(PageLimit.DEFAULT)
          @Min(value = 1, message = PageLimit.RULE)
          @Max(value = PageLimit.MOST, message = PageLimit.RULE)
          int most) {
    AllowedValues subjects = callers.subjects(stream.value());
    return Unis.of(
        streams
            .find(stream)
            .compose(found -> delayed.page(found, after.orElse(ScheduledPosition.FIRST), most))
            .map(page -> Answer.ok(page.only(event -> subjects.admits(event.subject())))));
  }

  @GET
  @Path("{id}")
  @Requires(value = READ, path = "stream", narrows = true)
  @Operation(operationId = "readScheduledEvent", summary = "An event that waits, and until when")
  @Raises(UNKNOWN_SCHEDULED_EVENT)
  public Uni<RestResponse<ScheduledEvent>> read(
      @RestPath("stream") StreamName stream, @RestPath("id") ScheduledId id) {
    AllowedValues subjects = callers.subjects(stream.value());
    return Unis.of(
        streams
            .find(stream)
            .compose(found -> find(found, id, event -> subjects.admits(event.subject())))
            .map(Answer::ok));
  }

  /** One that the caller must not see is as good as one that is not there. */
  private Future<ScheduledEvent> find(Stream stream, ScheduledId id, Predicate<Event> visible) {
    return delayed
        .find(stream, id)
        .map(
            found -> {
              if (!visible.test(found.event())) {
                throw DelayedEvents.unknown(id);
              }
              return found;
            });
  }

  /** One that the caller could not have sent, either. It is looked for only where that matters. */
  private Future<Stream> own(Stream stream, ScheduledId id, Rights rights) {
    String name = stream.name().value();
    return rights.hasWhole(PUBLISH, name)
        ? Future.succeededFuture(stream)
        : find(stream, id, event -> rights.has(PUBLISH, name, event::attribute)).map(stream);
  }

  @PUT
  @Path("{id}")
  @Requires(value = PUBLISH, path = "stream", narrows = true)
  @Operation(
      operationId = "moveScheduledEvent",
      summary = "Let an event enter the log at another time",
      description =
          """
          Either `deliver-after` or `deliver-at` says when; a time that has passed means now. Moving an event on each
          time something happens, and letting it come when nothing does for a while, is a debounce.
          """)
  @Raises(UNKNOWN_SCHEDULED_EVENT)
  public Uni<RestResponse<ScheduledEvent>> move(
      @RestPath("stream") StreamName stream,
      @RestPath("id") ScheduledId id,
      @RestQuery(AFTER) @Parameter(description = "How long it is to wait from now")
          Optional<Duration> after,
      @RestQuery(AT) @Parameter(description = "Until when it is to wait")
          Optional<DeliveryTime> at) {
    DeliveryTime time = time(after, at);
    Rights rights = callers.current().rights();
    return Unis.of(
        streams
            .find(stream)
            .compose(found -> own(found, id, rights))
            .compose(found -> delayed.move(found, id, time))
            .map(Answer::ok));
  }

  private DeliveryTime time(Optional<Duration> after, Optional<DeliveryTime> at) {
    if (after.isPresent() == at.isPresent()) {
      throw ProblemException.ofParameter(
          AFTER, "must be given, or '" + AT + "', and not both of them");
    }
    DeliveryTime time = at.or(() -> after.map(DeliveryTime::after)).orElseThrow();
    if (!limit.allows(time)) {
      throw ProblemException.ofParameter(at.isPresent() ? AT : AFTER, limit.rule());
    }
    return time;
  }

  @DELETE
  @Path("{id}")
  @Requires(value = PUBLISH, path = "stream", narrows = true)
  @Operation(operationId = "cancelScheduledEvent", summary = "Let an event never enter the log")
  @APIResponse(responseCode = "204", description = "It will not enter the log.")
  @Raises(UNKNOWN_SCHEDULED_EVENT)
  public Uni<RestResponse<Void>> cancel(
      @RestPath("stream") StreamName stream, @RestPath("id") ScheduledId id) {
    Rights rights = callers.current().rights();
    return Unis.of(
        streams
            .find(stream)
            .compose(found -> own(found, id, rights))
            .compose(found -> delayed.cancel(found, id))
            .map(gone -> RestResponse.noContent()));
  }
}
