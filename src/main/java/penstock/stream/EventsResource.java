package penstock.stream;

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
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import penstock.http.Answer;
import penstock.http.PageLimit;
import penstock.http.Unis;

/** The events of a stream, page by page. Runs on the request's event loop. */
@Path("/streams/{stream}/events")
class EventsResource {

  private final Streams streams;
  private final EventLog log;

  @Inject
  EventsResource(Streams streams, EventLog log) {
    this.streams = streams;
    this.log = log;
  }

  @GET
  public Uni<RestResponse<Page>> page(
      @RestPath("stream") StreamName stream,
      @RestQuery("cursor") Optional<Start> cursor,
      @RestQuery("since") Optional<Start.Since> since,
      @RestQuery("limit")
          @DefaultValue(PageLimit.DEFAULT)
          @Min(value = 1, message = PageLimit.RULE)
          @Max(value = PageLimit.MOST, message = PageLimit.RULE)
          int limit,
      @RestQuery("subject") Set<String> subject,
      @RestQuery("type") Set<String> type,
      @RestQuery("filter") List<Condition> filter) {
    Start start = Start.of(cursor, since, new Start.Earliest());
    EventFilter wanted = EventFilter.of(subject, type, filter);
    return Unis.of(
        streams
            .find(stream)
            .compose(found -> new PageReader(log, found, wanted, limit, start).read())
            .map(Answer::ok));
  }
}
