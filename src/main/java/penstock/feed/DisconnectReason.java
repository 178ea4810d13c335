package penstock.feed;

import java.util.Locale;
import penstock.problem.ProblemType;

/** Why a feed ended. Also the metric tag {@code reason}. */
public enum DisconnectReason {
  /** The reader left, or its connection broke or was ended by another feed that shared it. */
  CLIENT,
  /** The reader's socket took nothing for too long, as Penstock or the system found. */
  SLOW,
  /** The instance has all the readers that it may have, or too much else to do. */
  TOO_BUSY,
  /** There are as many readers with the same address as there may be. */
  TOO_MANY_OF_CLIENT,
  /** There are as many readers of the same tenant as there may be. */
  TOO_MANY_OF_TENANT,
  /** The connection has lasted long enough. */
  LIFETIME,
  /** Redis is away. */
  REDIS_UNAVAILABLE,
  /** Who reads cannot be known: keys of its issuer are away. */
  IDENTITY_UNAVAILABLE,
  /** A key of the stream or view in Redis holds something else. */
  WRONG_KEY_TYPE,
  /** The view is not built yet. */
  VIEW_NOT_READY,
  /** What the reader's caller was known by is no good any more: its token, key or session. */
  TOKEN_EXPIRED,
  /** It was taken back. */
  TOKEN_REVOKED,
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
      case IDENTITY_UNAVAILABLE -> IDENTITY_UNAVAILABLE;
      case TOO_BUSY -> TOO_BUSY;
      default -> REDIS_UNAVAILABLE;
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
