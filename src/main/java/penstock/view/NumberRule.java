package penstock.view;

import java.math.BigDecimal;
import penstock.event.Event;
import penstock.event.EventData;
import penstock.json.JsonPointer;
import penstock.json.JsonSyntaxException;
import penstock.json.JsonValue;

/** Which number of an event's data a fold takes. */
public record NumberRule(JsonPointer pointer) {

  BigDecimal of(Event event) throws FoldFailure, NothingToFold {
    if (!(event.data() instanceof EventData.Json data)) {
      throw new NothingToFold();
    }
    JsonValue number;
    try {
      number = pointer.find(data.json());
    } catch (JsonSyntaxException notJson) {
      throw FoldFailure.notJson(notJson);
    }
    if (number == null) {
      throw new NothingToFold();
    }
    return Decimal.of(number, pointer);
  }
}
