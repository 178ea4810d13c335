package penstock.feed;

import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jboss.resteasy.reactive.RestHeader;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;
import penstock.stream.Condition;
import penstock.stream.EventFilter;
import penstock.stream.Start;
import penstock.stream.StreamName;
import penstock.stream.Streams;

/** The feed of a stream. Runs on the request's event loop. */
@Path("/streams/{stream}/feed")
class StreamFeedResource {

  private final Streams streams;
  private final Feeds feeds;
  private final FeedResponses responses;

  @Inject
  StreamFeedResource(Streams streams, Feeds feeds, FeedResponses responses) {
    this.streams = streams;
    this.feeds = feeds;
    this.responses = responses;
  }

  @GET
  public Uni<RestResponse<FeedBody>> feed(
      @RestPath("stream") StreamName stream,
      @RestQuery("cursor") Optional<Start> cursor,
      @RestQuery("since") Optional<Start.Since> since,
      @RestQuery("subject") Set<String> subject,
      @RestQuery("type") Set<String> type,
      @RestQuery("filter") List<Condition> filter,
      @RestHeader(FeedResponses.LAST_EVENT_ID) @Nullable String last) {
    EventFilter wanted = EventFilter.of(subject, type, filter);
    Wish wish = Wish.of(Start.of(cursor, since, new Start.Latest()), last);
    // who follows a stream before its first event, where appends make streams, must not be sent
    // away for good
    return responses.feed(
        streams
            .findOrCreate(stream)
            .map(found -> responses.body(outlet -> feeds.subscribe(outlet, found, wanted, wish))));
  }

  /** The headers of the feed, if it could be had. */
  @HEAD
  public Uni<RestResponse<@Nullable Void>> head(
      @RestPath("stream") StreamName stream,
      @RestQuery("cursor") Optional<Start> cursor,
      @RestQuery("since") Optional<Start.Since> since,
      @RestQuery("subject") Set<String> subject,
      @RestQuery("type") Set<String> type,
      @RestQuery("filter") List<Condition> filter) {
    EventFilter.of(subject, type, filter);
    Start.of(cursor, since, new Start.Latest());
    return FeedResponses.head(streams.find(stream));
  }
}
