package penstock.security.identity;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What one may do with something that has a name. */
public enum Right {
  /** Append events to a stream; move and cancel those that wait. */
  PUBLISH("stream", "source", "subject"),
  /** Read and follow a stream's events, the delayed and the dead ones among them. */
  READ("stream", "subject"),
  /** Read and follow a view's entries. */
  VIEW("view", "key"),
  /** Make, change and remove a stream's pull groups, and consume by them. */
  GROUP("stream", "group"),
  /** See who is in a room, and speak for members. */
  PRESENCE("room", "member"),
  /** See how sinks fare, and pause, resume and replay them. */
  SINK("sink"),
  /** Rebuild a view, remove a stream, replay and delete dead letters; what operators read. */
  ADMIN("name");

  private final String named;
  private final Set<String> conditions;

  Right(String named, String... conditions) {
    this.named = named;
    this.conditions = Set.of(conditions);
  }

  /** The member of a grant that has the name. */
  String named() {
    return named;
  }

  /** The members of a grant that may narrow it. */
  Set<String> conditions() {
    return conditions;
  }

  /** By its name in the language; null if there is no such right. */
  static @Nullable Right named(String name) {
    for (Right right : values()) {
      if (right.toString().equals(name)) {
        return right;
      }
    }
    return null;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
