package penstock.member;

import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import penstock.http.Namespace;

/**
 * The name of a room; it cannot be ill-formed. A room is there as long as someone is in it.
 *
 * @param space whose room it is
 * @param value as its members call it
 */
@Schema(
    type = SchemaType.STRING,
    minLength = 1,
    maxLength = 256,
    pattern = "^[^/]+$",
    examples = "lobby")
public record RoomName(Namespace space, String value) {

  public RoomName {
    MemberRule.check("room", value);
  }

  @Override
  public String toString() {
    return value;
  }
}
