package penstock.presence;

import java.util.Arrays;
import java.util.Optional;

/** The events of presence, by what the member did. */
enum PresenceType {
  JOINED("presence.joined", true),
  UPDATED("presence.updated", true),
  LEFT("presence.left", false),
  TIMED_OUT("presence.timed-out", false);

  private final String type;
  private final boolean present;

  PresenceType(String type, boolean present) {
    this.type = type;
    this.present = present;
  }

  /** Empty if it is not an event of presence. */
  static Optional<PresenceType> named(String type) {
    return Arrays.stream(values()).filter(one -> one.type.equals(type)).findFirst();
  }

  /** Whether the member is in the room after it. */
  boolean isPresent() {
    return present;
  }
}
