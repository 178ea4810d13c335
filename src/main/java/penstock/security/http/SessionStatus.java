package penstock.security.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import penstock.security.identity.Caller;

/**
 * Who calls.
 *
 * @param subject what the issuer calls the caller, or the name of its key; null where nobody is
 *     asked
 * @param expires when what it is known by is no good any more; null for never
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record SessionStatus(
    @Schema(description = "The caller's `sub`, or the name of its key; not there with mode `none`")
        @Nullable String subject,
    @Schema(description = "When it is to say anew who it is; not there for never")
        @Nullable Instant expires) {

  /**
   * Of one who is known until then.
   *
   * @param expires {@link Instant#MAX} for ever
   */
  static SessionStatus of(Caller caller, Instant expires) {
    return new SessionStatus(
        caller.isAuthenticated() ? caller.subject() : null,
        expires.equals(Instant.MAX) ? null : expires);
  }
}
