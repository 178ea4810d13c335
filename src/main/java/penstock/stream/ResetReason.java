package penstock.stream;

import java.util.Locale;

/** Why a reader cannot go on from where it stood. Also a metric tag. */
public enum ResetReason {
  /** What comes next was removed by retention. */
  TRIMMED,
  /** The log was lost and began anew. */
  NEW_LIFE,
  /** A Redis master was replaced by one that does not have the reader's position. */
  NEW_TERM,
  /** The cursor belongs to something else. */
  FOREIGN,
  /** The view was built anew. */
  REBUILT;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
