package penstock.security.http;

import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import org.jspecify.annotations.Nullable;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.security.session.Credential;
import penstock.security.session.Secret;
import penstock.security.session.Tickets;

/** By a ticket in the query, where a feed is asked for, and nowhere else. */
@Singleton
class TicketAuthenticator implements Authenticator {

  private final Tickets tickets;

  @Inject
  TicketAuthenticator(Tickets tickets) {
    this.tickets = tickets;
  }

  @Override
  public @Nullable Future<Credential> authenticate(RoutingContext context) {
    String path = context.normalizedPath();
    if (context.request().method() != HttpMethod.GET
        || path == null
        || !TicketRequest.isFeed(path)) {
      return null;
    }
    List<String> given = context.queryParam(TicketParameter.NAME);
    if (given.isEmpty()) {
      return null;
    }
    Secret secret = given.size() > 1 ? null : Secret.parse(given.getFirst());
    return secret == null
        ? Future.failedFuture(
            ProblemException.of(ProblemType.INVALID_TOKEN, "The ticket is none that was issued."))
        : tickets.redeem(secret, path);
  }

  @Override
  public int rank() {
    return 1;
  }
}
