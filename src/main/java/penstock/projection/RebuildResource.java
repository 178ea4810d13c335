package penstock.projection;

import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestResponse;
import penstock.http.Answer;
import penstock.http.Unis;
import penstock.view.ViewName;
import penstock.view.Views;

/** Has a view built anew. Runs on the request's event loop. */
@Path("/views/{view}/rebuild")
class RebuildResource {

  private final Views views;
  private final Rebuild rebuild;

  /**
   * What was begun.
   *
   * @param generation that is being built
   */
  record Begun(String generation) {}

  @Inject
  RebuildResource(Views views, Rebuild rebuild) {
    this.views = views;
    this.rebuild = rebuild;
  }

  @POST
  public Uni<RestResponse<Begun>> begin(@RestPath("view") ViewName view) {
    return Unis.of(
        rebuild
            .begin(views.find(view))
            .map(generation -> Answer.accepted(new Begun(generation.id()))));
  }
}
