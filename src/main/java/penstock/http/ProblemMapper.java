package penstock.http;

import io.vertx.core.buffer.Buffer;
import jakarta.inject.Inject;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.ElementKind;
import jakarta.validation.Path;
import jakarta.ws.rs.WebApplicationException;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jboss.resteasy.reactive.server.core.CurrentRequestManager;
import org.jboss.resteasy.reactive.server.spi.ServerHttpRequest;
import penstock.problem.ProblemException;
import penstock.problem.Problems;
import penstock.problem.ReportedFailure;

/** The one place where the failure of a resource becomes a problem document. */
public class ProblemMapper {

  private static final int BAD_REQUEST = 400;
  private static final int NOT_FOUND = 404;
  private static final int METHOD_NOT_ALLOWED = 405;

  private final AllowedMethods allowed;

  @Inject
  ProblemMapper(AllowedMethods allowed) {
    this.allowed = allowed;
  }

  @ServerExceptionMapper
  public RestResponse<Buffer> known(ProblemException refused) {
    return Answer.problem(refused.problem());
  }

  /** Of several broken constraints, that of the first parameter is named. */
  @ServerExceptionMapper
  public RestResponse<Buffer> invalid(ConstraintViolationException invalid) {
    return invalid.getConstraintViolations().stream()
        .flatMap(violation -> BrokenParameter.of(violation).stream())
        .min(Comparator.comparingInt(BrokenParameter::index))
        .map(first -> known(ProblemException.ofParameter(first.name(), first.rule())))
        .orElseGet(() -> unforeseen(invalid));
  }

  private record BrokenParameter(int index, String name, String rule) {

    /** Empty if it is not about a parameter. */
    static Optional<BrokenParameter> of(ConstraintViolation<?> violation) {
      for (Path.Node node : violation.getPropertyPath()) {
        if (node.getKind() == ElementKind.PARAMETER) {
          int index = node.as(Path.ParameterNode.class).getParameterIndex();
          return Optional.of(new BrokenParameter(index, node.getName(), violation.getMessage()));
        }
      }
      return Optional.empty();
    }
  }

  /** What Quarkus REST refuses by itself. */
  @ServerExceptionMapper
  public RestResponse<Buffer> refused(WebApplicationException refused) {
    if (refused.getCause() instanceof ProblemException problem) {
      // That of a parameter's converter: the specification has it wrapped into a 404.
      return known(problem);
    }
    return switch (refused.getResponse().getStatus()) {
      case BAD_REQUEST -> Answer.problem(Problems.UNDECODABLE);
      case NOT_FOUND, METHOD_NOT_ALLOWED -> notHere();
      default -> unforeseen(refused);
    };
  }

  /**
   * Where several classes have resources of a path, Quarkus REST does not know which of the two it
   * is.
   */
  private RestResponse<Buffer> notHere() {
    String path = request().getRequestPath();
    RefusalReason refused =
        RefusalReason.of(path, request().getRequestHeader(RefusalReason.HEADER));
    if (refused != null) {
      return Answer.problem(refused.problem());
    }
    Set<String> methods = allowed.at(request().getRequestNormalisedPath());
    if (methods.isEmpty()) {
      return Answer.problem(Problems.nothingAt(path));
    }
    String list = String.join(", ", methods);
    return RestResponse.ResponseBuilder.fromResponse(
            Answer.problem(Problems.notAllowed(request().getRequestMethod(), list)))
        .header("allow", list)
        .build();
  }

  @ServerExceptionMapper
  public RestResponse<Buffer> unforeseen(Throwable failure) {
    return Answer.problem(
        failure instanceof ReportedFailure reported
            ? reported.problem()
            : Problems.defect(failure, request().getRequestMethod(), request().getRequestPath()));
  }

  private static ServerHttpRequest request() {
    return CurrentRequestManager.get().serverRequest();
  }
}
