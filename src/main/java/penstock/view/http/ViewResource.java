package penstock.view.http;

import static penstock.problem.ProblemType.INVALID_NAME;
import static penstock.problem.ProblemType.OUTCOME_UNKNOWN;
import static penstock.problem.ProblemType.REDIS_UNAVAILABLE;
import static penstock.problem.ProblemType.TOO_BUSY;
import static penstock.problem.ProblemType.UNKNOWN_VIEW;
import static penstock.problem.ProblemType.VIEW_NOT_READY;
import static penstock.problem.ProblemType.WRONG_KEY_TYPE;
import static penstock.security.identity.Right.ADMIN;
import static penstock.security.identity.Right.VIEW;

import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestResponse;
import penstock.http.Answer;
import penstock.http.Unis;
import penstock.problem.Raises;
import penstock.security.http.Callers;
import penstock.security.http.Requires;
import penstock.security.identity.Rights;
import penstock.view.ViewDefinition;
import penstock.view.ViewName;
import penstock.view.Views;

/** The views that there are. Runs on the request's event loop. */
@Tag(name = "views")
@Path("/views")
class ViewResource {

  private final Views views;
  private final ViewDescription description;
  private final Callers callers;

  @Inject
  ViewResource(Views views, ViewDescription description, Callers callers) {
    this.views = views;
    this.description = description;
    this.callers = callers;
  }

  @GET
  @Requires(value = VIEW, any = true)
  @Operation(operationId = "listViews", summary = "The definitions of all views that one may see")
  public Uni<RestResponse<ViewList>> list() {
    Rights rights = callers.current().rights();
    List<ViewDefinition> visible =
        views.all().stream()
            .filter(
                one ->
                    rights.has(VIEW, one.name().value()) || rights.has(ADMIN, one.name().value()))
            .toList();
    return Uni.createFrom().item(Answer.ok(ViewList.of(visible)));
  }

  @GET
  @Path("{view}")
  @Requires(value = VIEW, path = "view")
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
