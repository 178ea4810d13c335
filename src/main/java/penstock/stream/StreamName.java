package penstock.stream;

import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The name of a stream; it cannot be ill-formed. */
@Schema(type = SchemaType.STRING, pattern = "^" + NameRule.WHOLE + "$", examples = "orders")
public record StreamName(String value) implements Comparable<StreamName> {

  public StreamName {
    NameRule.check("stream", value);
  }

  @Override
  public int compareTo(StreamName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
