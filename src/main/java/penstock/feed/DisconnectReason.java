package penstock.feed;

import java.util.Locale;
import penstock.problem.ProblemType;

/** Why a feed ended. Also the metric tag {@code reason}. */
public enum DisconnectReason {
  /** The reader left, or its connection broke or was ended by another feed that shared it. */
  CLIENT,
  /** The reader's socket took nothing for too long, as Penstock or the system found. */
  SLOW,
  /** The instance has all the readers that it may have. */
  TOO_BUSY,
  /** There are as many readers with the same address as there may be. */
  TOO_MANY_OF_CLIENT,
  /** The connection has lasted long enough. */
  LIFETIME,
  /** Redis is away. */
  REDIS_UNAVAILABLE,
  /** A key of the stream or view in Redis holds something else. */
  WRONG_KEY_TYPE,
  /** The view is not built yet. */
  VIEW_NOT_READY,
  /** The instance ends. */
  SHUTTING_DOWN,
  /** A defect. */
  INTERNAL_ERROR;

  /** Why a feed ends that met with a problem which will pass. */
  public static DisconnectReason of(ProblemType type) {
    return switch (type) {
      case INTERNAL_ERROR -> INTERNAL_ERROR;
      case WRONG_KEY_TYPE -> WRONG_KEY_TYPE;
      case VIEW_NOT_READY -> VIEW_NOT_READY;
      default -> REDIS_UNAVAILABLE;
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
