package penstock.security.token;

import io.vertx.core.Future;
import penstock.security.identity.Caller;

/** Tells who a bearer token is of. One for each mode. */
public interface TokenVerifier {

  /**
   * Who it is of. Completes on any thread; fails with the problem {@code invalid-token}, or with
   * one that passes if it cannot be told at present.
   */
  Future<Caller> verify(String token);
}
