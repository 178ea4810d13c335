package penstock.stream.http;

import static penstock.problem.ProblemType.CURSOR_GONE;
import static penstock.problem.ProblemType.INVALID_CURSOR;
import static penstock.problem.ProblemType.INVALID_NAME;
import static penstock.problem.ProblemType.INVALID_PARAMETER;
import static penstock.problem.ProblemType.OUTCOME_UNKNOWN;
import static penstock.problem.ProblemType.PARTITIONS_CHANGED;
import static penstock.problem.ProblemType.REDIS_UNAVAILABLE;
import static penstock.problem.ProblemType.TOO_BUSY;
import static penstock.problem.ProblemType.UNKNOWN_STREAM;
import static penstock.problem.ProblemType.WRONG_KEY_TYPE;
import static penstock.security.identity.Right.READ;

import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import penstock.http.Answer;
import penstock.http.PageLimit;
import penstock.http.Unis;
import penstock.problem.Raises;
import penstock.security.http.Callers;
import penstock.security.http.Requires;
import penstock.stream.StartPosition;
import penstock.stream.StreamName;
import penstock.stream.filter.Condition;
import penstock.stream.filter.EventFilter;
import penstock.stream.log.EventLog;
import penstock.stream.log.EventPage;
import penstock.stream.log.EventPageReader;
import penstock.stream.registry.Streams;

/** The events of a stream, page by page. Runs on the request's event loop. */
@Tag(name = "streams")
@Path("/streams/{stream}/events")
class EventsResource {

  private final Streams streams;
  private final EventLog log;
  private final Callers callers;

  @Inject
  EventsResource(Streams streams, EventLog log, Callers callers) {
    this.streams = streams;
    this.log = log;
    this.callers = callers;
  }

  @GET
  @Requires(value = READ, path = "stream", narrows = true)
  @Operation(
      operationId = "readEvents",
      summary = "A page of events",
      description =
          """
          Events in order, and the cursor of the next page. A filtered page may hold fewer events than asked for, even
          none, without being at the end: `caughtUp` says.
          """)
  @Raises({
    INVALID_NAME,
    INVALID_PARAMETER,
    INVALID_CURSOR,
    UNKNOWN_STREAM,
    CURSOR_GONE,
    TOO_BUSY,
    REDIS_UNAVAILABLE,
    WRONG_KEY_TYPE,
    OUTCOME_UNKNOWN,
    PARTITIONS_CHANGED
  })
  public Uni<RestResponse<EventPage>> page(
      @RestPath("stream") StreamName stream,
      @RestQuery("cursor")
          @Parameter(description = "Where the page begins; without it, with the earliest event")
          Optional<StartPosition> cursor,
      @RestQuery("since") @Parameter(description = EventFilter.SINCE)
          Optional<StartPosition.Since> since,
      @RestQuery("limit")
          @Parameter(description = PageLimit.MEANING)
          @DefaultValue(PageLimit.DEFAULT)
          @Min(value = 1, message = PageLimit.RULE)
          @Max(value = PageLimit.MOST, message = PageLimit.RULE)
          int limit,
      @RestQuery("subject") @Parameter(description = EventFilter.SUBJECT) Set<String> subject,
      @RestQuery("type") @Parameter(description = EventFilter.TYPE) Set<String> type,
      @RestQuery("filter") @Parameter(description = EventFilter.FILTER) List<Condition> filter) {
    StartPosition start = StartPosition.of(cursor, since, new StartPosition.Earliest());
    EventFilter wanted =
        EventFilter.of(subject, type, filter)
            .within(stream.value(), callers.subjects(stream.value()));
    return Unis.of(
        streams
            .find(stream)
            .compose(found -> new EventPageReader(log, found, wanted, limit, start).read())
            .map(Answer::ok));
  }
}
