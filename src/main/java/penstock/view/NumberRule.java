package penstock.view;

import java.math.BigDecimal;
import penstock.event.Event;
import penstock.event.EventData;
import penstock.event.JsonPointer;

/** Which number of an event's data a fold takes. */
public record NumberRule(JsonPointer pointer) {

  BigDecimal of(Event event) throws FoldFailure, NothingToFold {
    String json = event.data() instanceof EventData.Json data ? pointer.find(data.json()) : null;
    if (json == null) {
      throw new NothingToFold();
    }
    return Decimal.of(json, pointer);
  }
}
