package penstock.security.http;

import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;
import penstock.security.session.Credential;

/** One way of saying who calls. All that are beans are asked, in the order of their ranks. */
public interface Authenticator {

  /**
   * Who calls; fails with a problem. On the request's event loop; may complete on any thread.
   *
   * @return null if the request does not say so in this way
   */
  @Nullable Future<Credential> authenticate(RoutingContext context);

  /** The lower, the sooner it is asked: what a request says on purpose beats what is sent along. */
  int rank();
}
