package penstock.view;

import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestResponse;
import penstock.http.Answer;
import penstock.http.Unis;

/** The views that there are. Runs on the request's event loop. */
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
  public Uni<RestResponse<ViewList>> list() {
    return Uni.createFrom().item(Answer.ok(ViewList.of(views.all())));
  }

  @GET
  @Path("{view}")
  public Uni<RestResponse<ViewStatus>> status(@RestPath("view") ViewName view) {
    return Unis.of(description.of(views.find(view)).map(Answer::ok));
  }
}
