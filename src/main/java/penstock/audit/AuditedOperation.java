package penstock.audit;

import io.vertx.core.json.JsonObject;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.mapping.RuntimeResource;
import org.jspecify.annotations.Nullable;
import penstock.security.http.Audited;
import penstock.security.http.Requires;
import penstock.security.identity.Right;

/**
 * What is written down of an operation.
 *
 * @param id as the API's description has it
 * @param changes whether it is written down whenever it is called, and not only when it is refused
 * @param right what it takes; null if that is not one
 * @param parameters names of those of the path
 */
record AuditedOperation(
    String id, boolean changes, @Nullable String right, Set<String> parameters) {

  /** Parameters of queries that are names or places; the others are not looked at. */
  private static final List<String> OF_QUERIES =
      List.of("stream", "view", "group", "sink", "room", "member", "from", "to");

  private static final Set<String> CHANGING = Set.of("POST", "PUT", "PATCH", "DELETE");

  /** How many values of one parameter are written down. */
  private static final int MOST = 10;

  static AuditedOperation of(RuntimeResource target) {
    Method method = target.getLazyMethod().getMethod();
    Operation described = method.getAnnotation(Operation.class);
    Requires[] required = method.getAnnotationsByType(Requires.class);
    return new AuditedOperation(
        described == null || described.operationId().isEmpty()
            ? target.getResourceClass().getSimpleName() + "." + method.getName()
            : described.operationId(),
        CHANGING.contains(target.getHttpMethod()) && isWrittenDown(method),
        Arrays.stream(required)
            .filter(one -> !one.known())
            .findFirst()
            .map(one -> one.value().toString())
            .orElse(null),
        Set.copyOf(target.getPathParameterIndexes().keySet()));
  }

  /** Of one that changes something: whether that is written down whenever it is called. */
  static boolean isWrittenDown(Method method) {
    return method.isAnnotationPresent(Audited.class)
        || Arrays.stream(method.getAnnotationsByType(Requires.class))
            .anyMatch(one -> !one.known() && one.value() == Right.ADMIN);
  }

  /** What the request names, by the names of parameters. */
  JsonObject names(ResteasyReactiveRequestContext request) {
    var names = new JsonObject();
    for (String parameter : parameters) {
      names.put(parameter, AuditRecord.cut(request.getPathParameter(parameter, false)));
    }
    for (String parameter : OF_QUERIES) {
      Collection<String> values = request.serverRequest().getAllQueryParams(parameter);
      if (values.size() == 1) {
        names.put(parameter, AuditRecord.cut(values.iterator().next()));
      } else if (!values.isEmpty()) {
        names.put(parameter, values.stream().limit(MOST).map(AuditRecord::cut).toList());
      }
    }
    return names;
  }
}
