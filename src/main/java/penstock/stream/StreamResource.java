package penstock.stream;

import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestResponse;
import penstock.http.Answer;
import penstock.http.Unis;

/** The streams that there are. Runs on the request's event loop. */
@Path("/streams")
class StreamResource {

  private final Streams streams;
  private final StreamDescription description;

  @Inject
  StreamResource(Streams streams, StreamDescription description) {
    this.streams = streams;
    this.description = description;
  }

  @GET
  public Uni<RestResponse<StreamList>> list() {
    return Unis.of(streams.all().map(StreamList::of).map(Answer::ok));
  }

  @GET
  @Path("{stream}")
  public Uni<RestResponse<StreamStatus>> status(@RestPath("stream") StreamName stream) {
    return Unis.of(streams.find(stream).compose(description::of).map(Answer::ok));
  }
}
