package penstock.member;

import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The name of a member within its room; it cannot be ill-formed. */
@Schema(
    type = SchemaType.STRING,
    minLength = 1,
    maxLength = 256,
    pattern = "^[^/]+$",
    examples = "ann")
public record MemberName(String value) {

  public MemberName {
    MemberRule.check("member", value);
  }

  @Override
  public String toString() {
    return value;
  }
}
