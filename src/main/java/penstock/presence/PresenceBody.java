package penstock.presence;

import io.vertx.core.buffer.Buffer;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import penstock.http.JsonBody;

/** A member as its resource shows it. */
@Schema(ref = "Member")
record PresenceBody(Presence presence) implements JsonBody {

  @Override
  public Buffer json() {
    return presence.json();
  }
}
