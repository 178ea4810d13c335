package penstock.audit;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Priorities;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.core.CurrentRequestManager;

/** Says which operation a request is for, before it is decided whether the caller may have it. */
@Singleton
class AuditedRequest {

  private final AuditFilter filter;

  @Inject
  AuditedRequest(AuditFilter filter) {
    this.filter = filter;
  }

  @ServerRequestFilter(priority = Priorities.AUTHORIZATION - 1)
  void note() {
    filter.note(CurrentRequestManager.get());
  }
}
