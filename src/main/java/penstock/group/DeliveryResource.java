package penstock.group;

import static penstock.problem.ProblemType.BODY_TOO_LARGE;
import static penstock.problem.ProblemType.INVALID_NAME;
import static penstock.problem.ProblemType.INVALID_PARAMETER;
import static penstock.problem.ProblemType.MALFORMED_REQUEST;
import static penstock.problem.ProblemType.OUTCOME_UNKNOWN;
import static penstock.problem.ProblemType.PARTITIONS_CHANGED;
import static penstock.problem.ProblemType.REDIS_UNAVAILABLE;
import static penstock.problem.ProblemType.REQUEST_TIMEOUT;
import static penstock.problem.ProblemType.TOO_BUSY;
import static penstock.problem.ProblemType.UNKNOWN_GROUP;
import static penstock.problem.ProblemType.UNKNOWN_STREAM;
import static penstock.problem.ProblemType.UNSUPPORTED_MEDIA_TYPE;
import static penstock.problem.ProblemType.WRONG_KEY_TYPE;
import static penstock.security.identity.Right.GROUP;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Inject;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;
import penstock.http.Answer;
import penstock.http.Unis;
import penstock.problem.Raises;
import penstock.security.http.Requires;
import penstock.stream.StreamName;
import penstock.stream.registry.Stream;
import penstock.stream.registry.Streams;

/**
 * What consumers of a pull group ask for and say: pull, ack, nack, extend. Runs on the request's
 * event loop.
 */
@Tag(name = "groups")
@Raises({
  MALFORMED_REQUEST,
  INVALID_NAME,
  INVALID_PARAMETER,
  UNKNOWN_STREAM,
  REQUEST_TIMEOUT,
  BODY_TOO_LARGE,
  UNSUPPORTED_MEDIA_TYPE,
  TOO_BUSY,
  REDIS_UNAVAILABLE,
  WRONG_KEY_TYPE,
  OUTCOME_UNKNOWN,
  PARTITIONS_CHANGED
})
@Path("/streams/{stream}/groups/{group}")
class DeliveryResource {

  private static final String RESULTS =
      "What became of each delivery, in the order of the request. One that is stale changed"
          + " nothing.";

  /** Stands for the pull of a client that was gone before it began. */
  private static final PullQueues.Handle GONE =
      new PullQueues.Handle(Future.succeededFuture(List.of()), () -> {});

  private final Streams streams;
  private final Deliveries deliveries;
  private final PullQueues queues;
  private final GroupBodyReceiver bodies;

  @Inject
  DeliveryResource(
      Streams streams, Deliveries deliveries, PullQueues queues, GroupBodyReceiver bodies) {
    this.streams = streams;
    this.deliveries = deliveries;
    this.queues = queues;
    this.bodies = bodies;
  }

  /**
   * Delivers events. Whose connection ends while it waits is given nothing.
   *
   * @param request has the body, see {@link PullRequest}
   */
  @POST
  @Path("pull")
  @Requires(value = GROUP, path = "stream", part = "group")
  @Operation(
      operationId = "pullGroup",
      summary = "Events under a lease",
      description =
          """
          First those whose lease ran out, or whose pause after they were given back is over, then new ones in the order
          of the log. If there are none, it is waited for the first ones. Each is this consumer's until the lease runs
          out: acknowledge it until then, extend the lease, or give it back. With `ackIds`, these are acknowledged first, at
          once, however long it is waited then; should that fail, nothing is pulled.
          """)
  @RequestBody(
      content =
          @Content(
              mediaType = "application/json",
              schema = @Schema(implementation = PullRequest.class)))
  @APIResponse(
      responseCode = "200",
      description = "Some events, at least one, or what became of `ackIds`")
  @APIResponse(
      responseCode = "204",
      description = "There was none within the time to wait, and nothing was to be acknowledged.")
  @Raises(UNKNOWN_GROUP)
  public Uni<RestResponse<PullAnswer>> pull(
      @RestPath("stream") StreamName stream,
      @RestPath("group") GroupName group,
      @Context HttpServerRequest request) {
    var handle = new AtomicReference<PullQueues.@Nullable Handle>();
    Future<RestResponse<PullAnswer>> answer =
        bodies
            .read(request, body -> pulling(group, body, handle))
            .compose(pulling -> streams.find(stream).compose(pulling));
    return Unis.of(answer)
        .onCancellation()
        .invoke(
            () -> {
              PullQueues.Handle begun = handle.getAndSet(GONE);
              if (begun != null) {
                begun.cancel().run();
              }
            });
  }

  private Function<Stream, Future<RestResponse<PullAnswer>>> pulling(
      GroupName group, GroupMembers body, AtomicReference<PullQueues.@Nullable Handle> handle) {
    PullRequest wanted = PullRequest.read(body);
    List<AckId> ids = SettleRequest.parse(wanted.ackIds());
    return stream ->
        ack(stream, group, ids)
            .compose(
                results ->
                    pull(stream, group, wanted, handle).map(messages -> answer(messages, results)));
  }

  private Future<List<PulledMessage>> pull(
      Stream stream,
      GroupName group,
      PullRequest wanted,
      AtomicReference<PullQueues.@Nullable Handle> handle) {
    PullQueues.Handle begun = queues.pull(stream, group, wanted);
    if (!handle.compareAndSet(null, begun)) {
      begun.cancel().run();
    }
    return begun.messages();
  }

  private Future<List<SettleReply.Result>> ack(Stream stream, GroupName group, List<AckId> ids) {
    return ids.isEmpty()
        ? Future.succeededFuture(List.of())
        : deliveries.ack(stream, group, ids).map(done -> SettleReply.of(ids, done).results());
  }

  private static RestResponse<PullAnswer> answer(
      List<PulledMessage> messages, List<SettleReply.Result> results) {
    return messages.isEmpty() && results.isEmpty()
        ? RestResponse.noContent()
        : Answer.ok(new PullAnswer(messages, results));
  }

  /**
   * Acknowledges deliveries.
   *
   * @param request has the body, see {@link SettleRequest}
   */
  @POST
  @Path("ack")
  @Requires(value = GROUP, path = "stream", part = "group")
  @Operation(operationId = "ackDeliveries", summary = "Acknowledge deliveries: they are done")
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = "application/json",
              schema = @Schema(implementation = SettleRequest.class)))
  @APIResponse(responseCode = "200", description = RESULTS)
  @Raises(UNKNOWN_GROUP)
  public Uni<RestResponse<SettleReply>> ack(
      @RestPath("stream") StreamName stream,
      @RestPath("group") GroupName group,
      @Context HttpServerRequest request) {
    return settle(
        stream,
        request,
        body -> {
          List<AckId> ids = SettleRequest.ids(body);
          return found -> deliveries.ack(found, group, ids).map(done -> SettleReply.of(ids, done));
        });
  }

  /**
   * Gives deliveries back.
   *
   * @param request has the body, see {@link SettleRequest}
   */
  @POST
  @Path("nack")
  @Requires(value = GROUP, path = "stream", part = "group")
  @Operation(
      operationId = "nackDeliveries",
      summary = "Give deliveries back: to be delivered again, or to be set aside")
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = "application/json",
              schema = @Schema(implementation = SettleRequest.class)))
  @APIResponse(responseCode = "200", description = RESULTS)
  @Raises(UNKNOWN_GROUP)
  public Uni<RestResponse<SettleReply>> nack(
      @RestPath("stream") StreamName stream,
      @RestPath("group") GroupName group,
      @Context HttpServerRequest request) {
    return settle(
        stream,
        request,
        body -> {
          List<AckId> ids = SettleRequest.ids(body);
          Duration delay = SettleRequest.delay(body);
          boolean drop = body.flag("drop");
          long millis = delay == null ? -1 : delay.toMillis();
          return found ->
              deliveries
                  .nack(found, group, ids, millis, drop)
                  .map(done -> SettleReply.of(ids, done));
        });
  }

  /**
   * Lengthens leases.
   *
   * @param request has the body, see {@link SettleRequest}
   */
  @POST
  @Path("extend")
  @Requires(value = GROUP, path = "stream", part = "group")
  @Operation(operationId = "extendDeliveries", summary = "Lengthen the leases of deliveries")
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = "application/json",
              schema = @Schema(implementation = SettleRequest.class)))
  @APIResponse(responseCode = "200", description = RESULTS)
  @Raises(UNKNOWN_GROUP)
  public Uni<RestResponse<SettleReply>> extend(
      @RestPath("stream") StreamName stream,
      @RestPath("group") GroupName group,
      @Context HttpServerRequest request) {
    return settle(
        stream,
        request,
        body -> {
          List<AckId> ids = SettleRequest.ids(body);
          Duration lease = SettleRequest.lease(body);
          long millis = lease == null ? 0 : lease.toMillis();
          return found ->
              deliveries.extend(found, group, ids, millis).map(done -> SettleReply.of(ids, done));
        });
  }

  /** What a body says is read before it is looked for the stream. */
  private Uni<RestResponse<SettleReply>> settle(
      StreamName stream,
      HttpServerRequest request,
      Function<GroupMembers, Function<Stream, Future<SettleReply>>> saying) {
    return Unis.of(
        bodies
            .read(request, saying)
            .compose(said -> streams.find(stream).compose(said))
            .map(Answer::ok));
  }
}
