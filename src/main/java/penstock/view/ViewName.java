package penstock.view;

import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import penstock.stream.NameRule;

/** The name of a view; it cannot be ill-formed. */
@Schema(type = SchemaType.STRING, pattern = "^" + NameRule.WHOLE + "$", examples = "open-orders")
public record ViewName(String value) implements Comparable<ViewName> {

  public ViewName {
    NameRule.check("view", value);
  }

  @Override
  public int compareTo(ViewName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
