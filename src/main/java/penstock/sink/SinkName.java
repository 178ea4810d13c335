package penstock.sink;

import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import penstock.stream.NameRule;

/** The name of a sink; it cannot be ill-formed. */
@Schema(type = SchemaType.STRING, pattern = "^" + NameRule.WHOLE + "$", examples = "access-system")
public record SinkName(String value) implements Comparable<SinkName> {

  public SinkName {
    NameRule.check("sink", value);
  }

  @Override
  public int compareTo(SinkName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
