package penstock.audit;

import io.opentelemetry.api.trace.SpanContext;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.mapping.RuntimeResource;
import org.jspecify.annotations.Nullable;
import penstock.problem.IsolatedCall;
import penstock.security.http.Callers;
import penstock.security.identity.Caller;
import penstock.trace.Tracing;

/**
 * The one place that sees all answers when they go out, whoever gives them: an operation, what
 * decides over rights, or what finds out who calls.
 */
@ApplicationScoped
class AuditFilter {

  /** Before what finds out who calls, whose refusals are seen, too. */
  private static final int PRIORITY = 260;

  private static final String TRACE_PARENT = "traceparent";
  private static final String OPERATION = "penstock.audit.operation";
  private static final int UNAUTHENTICATED = 401;
  private static final int FORBIDDEN = 403;
  private static final int FAILED = 400;

  private final AuditLog log;
  private final Callers callers;
  private final Tracing tracing;
  private final Map<RuntimeResource, AuditedOperation> operations = new ConcurrentHashMap<>();

  @Inject
  AuditFilter(AuditLog log, Callers callers, Tracing tracing) {
    this.log = log;
    this.callers = callers;
    this.tracing = tracing;
  }

  void filter(@Observes Filters filters) {
    if (log.isOn()) {
      filters.register(this::watch, PRIORITY);
    }
  }

  private void watch(RoutingContext context) {
    context.addHeadersEndHandler(end -> IsolatedCall.run(() -> answered(context)));
    context.next();
  }

  /** Which operation it is, once that is known. */
  void note(ResteasyReactiveRequestContext request) {
    if (log.isOn()) {
      request.serverRequest().unwrap(RoutingContext.class).put(OPERATION, request);
    }
  }

  private void answered(RoutingContext context) {
    int status = context.response().getStatusCode();
    ResteasyReactiveRequestContext request = context.get(OPERATION);
    AuditedOperation operation =
        request == null
            ? null
            : operations.computeIfAbsent(request.getTarget(), AuditedOperation::of);
    AuditOutcome outcome = outcome(status, operation);
    if (outcome != null) {
      log.add(
          outcome,
          now ->
              AuditRecord.of(
                  now,
                  outcome,
                  Objects.requireNonNullElse(context.normalizedPath(), ""),
                  data(context, status, operation, request),
                  Tracing.headers(tracing.ofRequest()).get(TRACE_PARENT)));
    }
  }

  private static @Nullable AuditOutcome outcome(int status, @Nullable AuditedOperation operation) {
    if (status == UNAUTHENTICATED) {
      return AuditOutcome.UNAUTHENTICATED;
    }
    if (status == FORBIDDEN) {
      return AuditOutcome.REFUSED;
    }
    if (operation == null || !operation.changes()) {
      return null;
    }
    return status < FAILED ? AuditOutcome.DONE : AuditOutcome.FAILED;
  }

  private JsonObject data(
      RoutingContext context,
      int status,
      @Nullable AuditedOperation operation,
      @Nullable ResteasyReactiveRequestContext request) {
    Caller caller = callers.of(context);
    var data =
        new JsonObject()
            .put("who", caller.isAuthenticated() ? AuditRecord.cut(caller.subject()) : null)
            .put("tenant", caller.space().isNone() ? null : caller.space().tenant())
            .put("authtype", caller.type().toString())
            .put("method", context.request().method().name())
            .put("status", status);
    if (operation != null && request != null) {
      data.put("operation", operation.id())
          .put("right", operation.right())
          .put("names", operation.names(request));
    }
    SpanContext span = tracing.ofRequest();
    return span.isValid() ? data.put("trace", span.getTraceId()) : data;
  }
}
