package penstock.schedule.http;

import jakarta.ws.rs.ext.Provider;
import penstock.http.TypedParameter;
import penstock.schedule.delayed.ScheduledId;

/** The id of a scheduled event. */
@Provider
class ScheduledIdParameter extends TypedParameter<ScheduledId> {

  ScheduledIdParameter() {
    super(ScheduledId.class);
  }

  @Override
  protected ScheduledId read(String text) {
    return ScheduledId.parse(text);
  }
}
