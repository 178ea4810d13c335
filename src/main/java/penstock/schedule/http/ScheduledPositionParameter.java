package penstock.schedule.http;

import jakarta.ws.rs.ext.Provider;
import penstock.http.TypedParameter;
import penstock.schedule.delayed.ScheduledPosition;

/** Where a page of scheduled events ended. */
@Provider
class ScheduledPositionParameter extends TypedParameter<ScheduledPosition> {

  ScheduledPositionParameter() {
    super(ScheduledPosition.class);
  }

  @Override
  protected ScheduledPosition read(String text) {
    return ScheduledPosition.parse(text);
  }
}
