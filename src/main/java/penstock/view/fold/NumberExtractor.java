package penstock.view.fold;

import java.math.BigDecimal;
import penstock.event.Event;
import penstock.event.EventData;
import penstock.json.JsonPointer;
import penstock.json.JsonSyntaxException;
import penstock.json.JsonValue;

/** Which number of an event's data a fold takes. */
public record NumberExtractor(JsonPointer pointer) {

  BigDecimal of(Event event) throws FoldException, SkippedEventException {
    if (!(event.data() instanceof EventData.Json data)) {
      throw new SkippedEventException();
    }
    JsonValue number;
    try {
      number = pointer.find(data.json());
    } catch (JsonSyntaxException notJson) {
      throw FoldException.notJson(notJson);
    }
    if (number == null) {
      throw new SkippedEventException();
    }
    return Decimal.of(number, pointer);
  }
}
