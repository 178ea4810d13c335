package penstock.view.http;

import static penstock.problem.ProblemType.CURSOR_GONE;
import static penstock.problem.ProblemType.INVALID_CURSOR;
import static penstock.problem.ProblemType.INVALID_NAME;
import static penstock.problem.ProblemType.INVALID_PARAMETER;
import static penstock.problem.ProblemType.NOT_YET_APPLIED;
import static penstock.problem.ProblemType.OUTCOME_UNKNOWN;
import static penstock.problem.ProblemType.REDIS_UNAVAILABLE;
import static penstock.problem.ProblemType.TOO_BUSY;
import static penstock.problem.ProblemType.UNKNOWN_ENTRY;
import static penstock.problem.ProblemType.UNKNOWN_VIEW;
import static penstock.problem.ProblemType.VIEW_NOT_READY;
import static penstock.problem.ProblemType.WRONG_KEY_TYPE;
import static penstock.security.identity.Right.VIEW;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import penstock.http.Answer;
import penstock.http.PageLimit;
import penstock.http.Unis;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.problem.Raises;
import penstock.security.http.Callers;
import penstock.security.http.Requires;
import penstock.security.identity.AllowedValues;
import penstock.stream.Cursor;
import penstock.view.ViewDefinition;
import penstock.view.ViewName;
import penstock.view.Views;
import penstock.view.read.EntryReader;
import penstock.view.read.NonStaleRead;

/** The entries of a view. Runs on the request's event loop. */
@Tag(name = "views")
@Raises({
  INVALID_NAME,
  INVALID_PARAMETER,
  INVALID_CURSOR,
  UNKNOWN_VIEW,
  CURSOR_GONE,
  TOO_BUSY,
  REDIS_UNAVAILABLE,
  WRONG_KEY_TYPE,
  OUTCOME_UNKNOWN,
  NOT_YET_APPLIED,
  VIEW_NOT_READY
})
@Path("/views/{view}/entries")
class EntryResource {

  static final String CURSOR_HEADER = "Penstock-Cursor";

  /** For the API's description. */
  private static final String AT_LEAST =
      """
      A cursor of the view's stream, such as an append's. The answer waits until the view has applied it, so that you
      read your own write.
      """;

  private static final String WAIT = "How long `at-least` waits at most; at most 30s";

  private static final String DEFAULT_WAIT = "5s";
  private static final int MAX_WAIT_SECONDS = 30;
  private static final String WAIT_RULE =
      "must be a duration such as 5s, 250ms or PT5S, of at most " + MAX_WAIT_SECONDS + "s";

  private final Views views;
  private final EntryReader entries;
  private final NonStaleRead nonStaleRead;
  private final Callers callers;

  @Inject
  EntryResource(Views views, EntryReader entries, NonStaleRead nonStaleRead, Callers callers) {
    this.views = views;
    this.entries = entries;
    this.nonStaleRead = nonStaleRead;
    this.callers = callers;
  }

  /**
   * A page of entries, by key.
   *
   * @param after the key before the first
   * @param wait how long the view may take to apply what it must have
   * @param cursor what that is
   */
  @GET
  @Requires(value = VIEW, path = "view", narrows = true)
  @Operation(operationId = "listEntries", summary = "Entries in the order of their keys")
  public Uni<RestResponse<EntriesBody>> page(
      @RestPath("view") ViewName view,
      @RestQuery("after")
          @Parameter(
              description = "The key behind which the page begins; `next` of the page before")
          Optional<String> after,
      @RestQuery("limit")
          @Parameter(description = PageLimit.MEANING)
          @DefaultValue(PageLimit.DEFAULT)
          @Min(value = 1, message = PageLimit.RULE)
          @Max(value = PageLimit.MOST, message = PageLimit.RULE)
          int limit,
      @RestQuery("wait")
          @Parameter(description = WAIT)
          @DefaultValue(DEFAULT_WAIT)
          @DurationMin(message = WAIT_RULE)
          @DurationMax(seconds = MAX_WAIT_SECONDS, message = WAIT_RULE)
          Duration wait,
      @RestQuery("at-least") @Parameter(description = AT_LEAST) Optional<Cursor> cursor) {
    ViewDefinition definition = views.find(view);
    AllowedValues keys = callers.keys(view.value());
    return Unis.of(
        waited(definition, cursor, wait)
            .compose(
                reached ->
                    keys.any()
                        ? entries.page(definition, after.orElse(null), limit)
                        : entries.page(definition, keys.exact(), after.orElse(null), limit))
            .map(
                page ->
                    Answer.now(new EntriesBody(page, after.orElse("")))
                        .header(CURSOR_HEADER, page.applied().encode())
                        .build()));
  }

  /**
   * One entry.
   *
   * @param key may be anything, slashes included
   * @param wait how long the view may take to apply what it must have
   * @param cursor what that is
   */
  @GET
  @Path("{key: .+}")
  @Requires(value = VIEW, path = "view", narrows = true)
  @Operation(
      operationId = "readEntry",
      summary = "One entry",
      description = "With `If-None-Match` and an `ETag` of it, 304 if the value is still the same")
  @APIResponse(responseCode = "200", description = "The entry")
  @APIResponse(responseCode = "304", description = "The value is the one that the request named.")
  @Raises(UNKNOWN_ENTRY)
  public Uni<RestResponse<EntryBody>> entry(
      @RestPath("view") ViewName view,
      @RestPath("key")
          @Parameter(
              description = "Percent-encoded; slashes may stand as they are",
              example = "o-1")
          String key,
      @RestQuery("wait")
          @Parameter(description = WAIT)
          @DefaultValue(DEFAULT_WAIT)
          @DurationMin(message = WAIT_RULE)
          @DurationMax(seconds = MAX_WAIT_SECONDS, message = WAIT_RULE)
          Duration wait,
      @RestQuery("at-least") @Parameter(description = AT_LEAST) Optional<Cursor> cursor,
      @Context Request request,
      @Context RoutingContext routing) {
    ViewDefinition definition = views.find(view);
    String whole = EntryAddress.key(routing, key);
    if (!callers.keys(view.value()).admits(whole)) {
      throw Callers.forbidden("view on " + view + " for this key");
    }
    return Unis.of(
        waited(definition, cursor, wait)
            .compose(reached -> entries.one(definition, whole))
            .map(found -> answer(definition, found, request)));
  }

  private Future<Void> waited(ViewDefinition view, Optional<Cursor> cursor, Duration wait) {
    return cursor.isEmpty()
        ? Future.succeededFuture()
        : nonStaleRead.reached(view, cursor.get(), wait);
  }

  private static RestResponse<EntryBody> answer(
      ViewDefinition view, EntryReader.EntryLookup found, Request request) {
    if (found.entry() == null) {
      throw ProblemException.of(
          ProblemType.UNKNOWN_ENTRY, "The view '" + view.name() + "' has no entry with this key.");
    }
    EntryBody body = EntryBody.of(found.key(), found.entry(), found.fold());
    EntityTag tag = body.tag();
    RestResponse.ResponseBuilder<EntryBody> answer =
        isKnown(tag, request)
            ? RestResponse.ResponseBuilder.notModified()
            : Answer.json(RestResponse.Status.OK, body);
    return answer
        .header(CURSOR_HEADER, found.applied().encode())
        .header(Answer.CACHE_CONTROL, "no-cache")
        .header("etag", tag)
        .build();
  }

  /**
   * Whether If-None-Match has the tag. It compares weakly (RFC 9110, 13.1.2), but Quarkus REST
   * strongly, so that the weak form is looked for, too. If-Match is for writers, of which there are
   * none here.
   */
  private static boolean isKnown(EntityTag tag, Request request) {
    return Stream.of(tag, new EntityTag(tag.getValue(), true))
        .map(request::evaluatePreconditions)
        .anyMatch(
            found ->
                found != null
                    && found.build().getStatus() == Response.Status.NOT_MODIFIED.getStatusCode());
  }
}
