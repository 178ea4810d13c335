package penstock.stream;

import jakarta.ws.rs.ext.Provider;
import penstock.http.TypedParameter;

/** The JSON form of a condition. */
@Provider
class ConditionParameter extends TypedParameter<Condition> {

  ConditionParameter() {
    super(Condition.class);
  }

  @Override
  protected Condition read(String text) {
    return ConditionJson.parse(text);
  }
}
