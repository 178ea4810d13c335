package penstock.audit;

import java.util.Locale;

/** What became of a request that is written down. */
enum AuditOutcome {
  /** It was done, or accepted to be done soon. */
  DONE,
  /** It could not be done: what it was about is not there, is not right, or Redis was away. */
  FAILED,
  /** The caller lacks the right. */
  REFUSED,
  /** The caller did not say who calls, or not so that it could be believed. Only counted. */
  UNAUTHENTICATED;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
