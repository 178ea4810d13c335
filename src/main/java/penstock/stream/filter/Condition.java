package penstock.stream.filter;

import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import penstock.event.Event;

/**
 * What an event's context attributes must be like, as the CloudEvents Subscriptions API has it.
 * Conditions that are written alike are equal.
 *
 * @see <a href="https://github.com/cloudevents/spec/blob/main/subscriptions/spec.md">CloudEvents
 *     Subscriptions</a>
 */
@Schema(
    type = SchemaType.STRING,
    description =
        """
        A condition in the JSON form of the CloudEvents Subscriptions API with the dialects `exact`, `prefix`, `suffix`,
        `all`, `any`, `not` and `sql` (CESQL; 1,000 characters, in LIKE one `%` besides one at the end)
        """)
public sealed interface Condition
    permits Condition.Exact,
        Condition.Prefix,
        Condition.Suffix,
        Condition.All,
        Condition.Any,
        Condition.Not,
        CesqlCondition {

  boolean test(Event event);

  /** Each attribute has the value. */
  record Exact(Map<String, String> wanted) implements Condition {

    @Override
    public boolean test(Event event) {
      return wanted.entrySet().stream()
          .allMatch(one -> one.getValue().equals(event.attribute(one.getKey())));
    }
  }

  /** Each attribute begins so. */
  record Prefix(Map<String, String> wanted) implements Condition {

    @Override
    public boolean test(Event event) {
      return wanted.entrySet().stream()
          .allMatch(
              one -> {
                String value = event.attribute(one.getKey());
                return value != null && value.startsWith(one.getValue());
              });
    }
  }

  /** Each attribute ends so. */
  record Suffix(Map<String, String> wanted) implements Condition {

    @Override
    public boolean test(Event event) {
      return wanted.entrySet().stream()
          .allMatch(
              one -> {
                String value = event.attribute(one.getKey());
                return value != null && value.endsWith(one.getValue());
              });
    }
  }

  record All(List<Condition> conditions) implements Condition {

    @Override
    public boolean test(Event event) {
      return conditions.stream().allMatch(one -> one.test(event));
    }
  }

  record Any(List<Condition> conditions) implements Condition {

    @Override
    public boolean test(Event event) {
      return conditions.stream().anyMatch(one -> one.test(event));
    }
  }

  record Not(Condition condition) implements Condition {

    @Override
    public boolean test(Event event) {
      return !condition.test(event);
    }
  }
}
