package penstock.schedule.http;

import jakarta.ws.rs.ext.Provider;
import penstock.http.TypedParameter;
import penstock.schedule.delayed.DeliveryTime;

/** A time as in RFC 3339. */
@Provider
class DeliveryTimeParameter extends TypedParameter<DeliveryTime> {

  DeliveryTimeParameter() {
    super(DeliveryTime.class);
  }

  @Override
  protected DeliveryTime read(String text) {
    return DeliveryTime.parse(text);
  }
}
