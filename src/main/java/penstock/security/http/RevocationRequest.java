package penstock.security.http;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import penstock.problem.ProblemException;
import penstock.security.identity.Claims;

/**
 * What is taken back: one token, or those of a subject.
 *
 * @param token the {@code jti} of a token; null for a subject's
 * @param subject whose tokens that were made by now; null for one token
 * @param until when they have expired anyhow; null for the longest that it may stand
 */
record RevocationRequest(
    @Schema(description = "The `jti` of a token", examples = "t-4711") @Nullable String token,
    @Schema(
            description =
                "In its place: the `sub` of all tokens that were made until now, or that do not say"
                    + " when")
        @Nullable String subject,
    @Schema(
            description =
                "When they have expired anyhow, so that this may be forgotten; at most, and without it,"
                    + " `penstock.auth.revocations.keep` from now")
        @Nullable Instant until) {

  private static final int MOST = 512;

  static RevocationRequest read(Claims body) {
    String token = name(body, "token");
    String subject = name(body, "subject");
    if ((token == null) == (subject == null)) {
      throw ProblemException.ofParameter("token", "or 'subject' must be given, and not both");
    }
    return new RevocationRequest(token, subject, time(body.get("until")));
  }

  private static @Nullable String name(Claims body, String member) {
    Object value = body.get(member);
    if (value == null) {
      return null;
    }
    if (!(value instanceof String text) || text.isEmpty() || text.length() > MOST) {
      throw ProblemException.ofParameter(member, "must be a text of 1 to " + MOST + " characters");
    }
    return text;
  }

  private static @Nullable Instant time(@Nullable Object value) {
    if (value == null) {
      return null;
    }
    try {
      return OffsetDateTime.parse(String.valueOf(value)).toInstant();
    } catch (DateTimeException none) {
      throw ProblemException.ofParameter("until", "must be a time such as 2026-11-20T10:00:00Z");
    }
  }

  /** In the words of the list. */
  String kind() {
    return token == null ? "subject" : "token";
  }

  String name() {
    return token != null ? token : subject != null ? subject : "";
  }
}
