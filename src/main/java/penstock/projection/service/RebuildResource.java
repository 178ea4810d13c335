package penstock.projection.service;

import static penstock.problem.ProblemType.INVALID_NAME;
import static penstock.problem.ProblemType.OUTCOME_UNKNOWN;
import static penstock.problem.ProblemType.PARTIAL_HISTORY;
import static penstock.problem.ProblemType.REDIS_UNAVAILABLE;
import static penstock.problem.ProblemType.TOO_BUSY;
import static penstock.problem.ProblemType.UNKNOWN_VIEW;
import static penstock.problem.ProblemType.WRONG_KEY_TYPE;
import static penstock.security.identity.Right.ADMIN;

import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestResponse;
import penstock.http.Answer;
import penstock.http.Unis;
import penstock.problem.Raises;
import penstock.security.http.Requires;
import penstock.view.ViewName;
import penstock.view.Views;

/** Has a view built anew. Runs on the request's event loop. */
@Tag(name = "views")
@Path("/views/{view}/rebuild")
class RebuildResource {

  private final Views views;
  private final Rebuild rebuild;

  /**
   * What was begun.
   *
   * @param generation that is being built
   */
  @Schema(name = "RebuildBegun")
  record Begun(String generation) {}

  @Inject
  RebuildResource(Views views, Rebuild rebuild) {
    this.views = views;
    this.rebuild = rebuild;
  }

  @POST
  @Requires(value = ADMIN, path = "view")
  @Operation(
      operationId = "rebuildView",
      summary = "Build a view anew, beside the build that is served",
      description =
          """
          Its progress is `building` of the view, which takes the place of the one that is served when all of its
          partitions have caught up.
          """)
  @APIResponse(
      responseCode = "202",
      description = "It is being built.",
      content =
          @Content(mediaType = "application/json", schema = @Schema(implementation = Begun.class)))
  @Raises({
    INVALID_NAME,
    UNKNOWN_VIEW,
    PARTIAL_HISTORY,
    TOO_BUSY,
    REDIS_UNAVAILABLE,
    WRONG_KEY_TYPE,
    OUTCOME_UNKNOWN
  })
  public Uni<RestResponse<Begun>> begin(@RestPath("view") ViewName view) {
    return Unis.of(
        rebuild
            .begin(views.find(view))
            .map(generation -> Answer.accepted(new Begun(generation.id()))));
  }
}
