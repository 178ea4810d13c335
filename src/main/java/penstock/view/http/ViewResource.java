package penstock.view.http;

import static penstock.problem.ProblemType.INVALID_NAME;
import static penstock.problem.ProblemType.OUTCOME_UNKNOWN;
import static penstock.problem.ProblemType.REDIS_UNAVAILABLE;
import static penstock.problem.ProblemType.TOO_BUSY;
import static penstock.problem.ProblemType.UNKNOWN_VIEW;
import static penstock.problem.ProblemType.VIEW_NOT_READY;
import static penstock.problem.ProblemType.WRONG_KEY_TYPE;

import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestResponse;
import penstock.http.Answer;
import penstock.http.Unis;
import penstock.problem.Raises;
import penstock.view.ViewName;
import penstock.view.Views;

/** The views that there are. Runs on the request's event loop. */
@Tag(name = "views")
@Path("/views")
class ViewResource {

  private final Views views;
  private final ViewDescription description;

  @Inject
  ViewResource(Views views, ViewDescription description) {
    this.views = views;
    this.description = description;
  }

  @GET
  @Operation(operationId = "listViews", summary = "The definitions of all views")
  public Uni<RestResponse<ViewList>> list() {
    return Uni.createFrom().item(Answer.ok(ViewList.of(views.all())));
  }

  @GET
  @Path("{view}")
  @Operation(
      operationId = "describeView",
      summary = "A view's definition, and how far it has applied its stream")
  @Raises({
    INVALID_NAME,
    UNKNOWN_VIEW,
    TOO_BUSY,
    REDIS_UNAVAILABLE,
    WRONG_KEY_TYPE,
    OUTCOME_UNKNOWN,
    VIEW_NOT_READY
  })
  public Uni<RestResponse<ViewStatus>> status(@RestPath("view") ViewName view) {
    return Unis.of(description.of(views.find(view)).map(Answer::ok));
  }
}
