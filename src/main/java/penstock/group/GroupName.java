package penstock.group;

import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import penstock.stream.NameRule;

/** The name of a pull group; it cannot be ill-formed. */
@Schema(type = SchemaType.STRING, pattern = "^" + NameRule.RULE + "$", examples = "mailers")
record GroupName(String value) {

  GroupName {
    NameRule.checkOwn("group", value);
  }

  @Override
  public String toString() {
    return value;
  }
}
