package penstock.feed.http;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;
import penstock.feed.DisconnectReason;
import penstock.feed.FeedConfig;
import penstock.feed.FeedMeters;
import penstock.feed.HeartbeatType;
import penstock.feed.ReconnectDelay;
import penstock.feed.connection.ClientAddress;
import penstock.feed.connection.StreamEnd;
import penstock.feed.connection.Transport;
import penstock.feed.frame.Frames;
import penstock.feed.loop.Admission;
import penstock.feed.loop.Drain;
import penstock.http.Answer;
import penstock.http.Unis;
import penstock.problem.ProblemType;
import penstock.problem.ReportedFailure;
import penstock.security.http.UnavailableFeed;
import penstock.security.identity.Caller;

/** How the response of any feed begins, or is refused. */
@ApplicationScoped
class FeedResponses {

  /**
   * The format allows one encoding only. It is named all the same for clients that guess another,
   * such as Python's requests, and then see ends of lines where there are none.
   */
  private static final String EVENT_STREAM = "text/event-stream;charset=UTF-8";

  private static final Map<String, String> HEADERS =
      Map.of(
          Answer.CONTENT_TYPE,
          EVENT_STREAM,
          Answer.CACHE_CONTROL,
          "no-store",
          "X-Accel-Buffering",
          "no");

  /** From here on a status says nothing against the request: it may succeed later. */
  private static final int FIRST_PASSING_STATUS = 429;

  private final Admission admission;
  private final Drain drain;
  private final FeedMeters meters;
  private final FeedConfig config;

  @Inject
  FeedResponses(Admission admission, Drain drain, FeedMeters meters, FeedConfig config) {
    this.admission = admission;
    this.drain = drain;
    this.meters = meters;
    this.config = config;
  }

  /**
   * The response with the body that comes of the future. If it fails for a reason that will pass,
   * that is said in the stream: a status would keep the client from trying again.
   */
  Uni<RestResponse<FeedBody>> feed(Future<FeedBody> body) {
    return Unis.of(
        body.recover(
                failure ->
                    failure instanceof ReportedFailure reported && isPassing(reported)
                        ? Future.succeededFuture(unavailable(reported.problem().type()))
                        : Future.failedFuture(failure))
            .map(FeedResponses::response));
  }

  private static boolean isPassing(ReportedFailure reported) {
    return reported.problem().type().status() >= FIRST_PASSING_STATUS;
  }

  /** The response without a body, if what would be read is found. */
  static Uni<RestResponse<@Nullable Void>> head(Future<?> found) {
    return Unis.of(found.map(any -> response(null)));
  }

  private static <T extends @Nullable Object> RestResponse<T> response(T body) {
    var response = RestResponse.ResponseBuilder.create(RestResponse.Status.OK, body);
    HEADERS.forEach(response::header);
    return response.build();
  }

  /**
   * A body for one reader.
   *
   * @param serve serves it, once the response has begun
   */
  FeedBody body(Optional<HeartbeatType> heartbeat, Consumer<Transport> serve) {
    return body(1, heartbeat, serve);
  }

  /**
   * A body, unless the client is gone or not so many more readers are taken by the time.
   *
   * @param readers of different feeds, that share the connection
   */
  FeedBody body(int readers, Optional<HeartbeatType> heartbeat, Consumer<Transport> serve) {
    return (request, caller) ->
        begin(request, caller, readers, heartbeat.orElse(HeartbeatType.ID)).ifPresent(serve);
  }

  private Optional<Transport> begin(
      HttpServerRequest request, Caller caller, int readers, HeartbeatType heartbeat) {
    HttpServerResponse response = request.response();
    if (response.closed()) {
      return Optional.empty();
    }
    var client = ClientAddress.of(request.remoteAddress());
    Optional<DisconnectReason> refusal = admission.refusal(client, caller.space(), readers);
    if (refusal.isPresent()) {
      sendAway(response, refusal.get());
      return Optional.empty();
    }
    drain.holdServer();
    open(response);
    response.write(Frames.hello(ReconnectDelay.millis(config)));
    // It has done its work, and holds all that was made to read the request.
    response.headersEndHandler(null);
    // It has been read, may be long, and would be held for as long as the feed lasts.
    request.headers().remove(LastEventId.HEADER);
    return Optional.of(
        Transport.of(request, client, caller, heartbeat, config.slowClientTimeout()));
  }

  private void open(HttpServerResponse response) {
    response.setWriteQueueMaxSize((int) config.socketBuffer().asLongValue());
    response.setChunked(true);
  }

  private FeedBody unavailable(ProblemType type) {
    return (request, caller) -> sendAway(request.response(), DisconnectReason.of(type));
  }

  /** The reader cannot be known for now; no resource is asked. */
  void tell(@Observes UnavailableFeed feed) {
    HEADERS.forEach(feed.response()::putHeader);
    sendAway(feed.response(), DisconnectReason.of(feed.problem()));
  }

  /** What will pass is said in the stream: a status would keep the client from trying again. */
  private void sendAway(HttpServerResponse response, DisconnectReason reason) {
    meters.disconnected(reason);
    if (!response.closed()) {
      open(response);
      StreamEnd.of(response, Frames.unavailable(reason, ReconnectDelay.millis(config)));
    }
  }
}
