package penstock.stream.http;

import jakarta.ws.rs.ext.Provider;
import penstock.http.TypedParameter;
import penstock.stream.filter.Condition;
import penstock.stream.filter.ConditionParser;

/** The JSON form of a condition. */
@Provider
class ConditionParameter extends TypedParameter<Condition> {

  ConditionParameter() {
    super(Condition.class);
  }

  @Override
  protected Condition read(String text) {
    return ConditionParser.parse(text);
  }
}
