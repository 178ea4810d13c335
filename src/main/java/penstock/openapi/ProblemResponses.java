package penstock.openapi;

import static java.util.stream.Collectors.joining;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.examples.Example;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.jboss.jandex.AnnotationInstance;
import org.jboss.jandex.AnnotationTarget;
import org.jboss.jandex.DotName;
import org.jboss.jandex.IndexView;
import org.jboss.jandex.MethodInfo;
import penstock.problem.ProblemType;
import penstock.problem.Raises;

/**
 * Gives each operation a response for each status of the problems that it {@link Raises}, and the
 * description an example of every problem of the catalogue: {@code openapi/problems.json}.
 */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public final class ProblemResponses implements OASFilter {

  private static final String MEDIA_TYPE = "application/problem+json";
  private static final DotName RAISES = DotName.createSimple(Raises.class);
  private static final DotName OPERATION =
      DotName.createSimple(org.eclipse.microprofile.openapi.annotations.Operation.class);

  /** Statuses whose problems pass by themselves. */
  private static final Set<Integer> PASSING = Set.of(429, 503);

  private final Map<String, Set<ProblemType>> problems = new HashMap<>();

  /**
   * @param code the classes of the service
   */
  public ProblemResponses(IndexView code) {
    for (AnnotationInstance operation : code.getAnnotations(OPERATION)) {
      MethodInfo method = operation.target().asMethod();
      Set<ProblemType> raised = EnumSet.noneOf(ProblemType.class);
      add(method, raised);
      add(method.declaringClass(), raised);
      problems.put(operation.value("operationId").asString(), raised);
    }
  }

  private static void add(AnnotationTarget annotated, Set<ProblemType> raised) {
    AnnotationInstance raises = annotated.declaredAnnotation(RAISES);
    if (raises != null) {
      Arrays.stream(raises.value().asEnumArray()).map(ProblemType::valueOf).forEach(raised::add);
    }
  }

  @Override
  public void filterOpenAPI(OpenAPI description) {
    Operations.forEach(description, this::respond);
    if (ExampleFiles.json("problems.json") instanceof Map<?, ?> examples) {
      examples.forEach(
          (slug, members) ->
              description
                  .getComponents()
                  .addExample(slug.toString(), example(slug.toString(), (Map<?, ?>) members)));
    }
  }

  private void respond(PathItem.HttpMethod method, Operation operation) {
    var byStatus = new TreeMap<Integer, Set<ProblemType>>();
    for (ProblemType raised : problems.getOrDefault(operation.getOperationId(), Set.of())) {
      byStatus
          .computeIfAbsent(
              raised.status(), none -> new TreeSet<>(Comparator.comparing(ProblemType::slug)))
          .add(raised);
    }
    byStatus.forEach(
        (status, raised) ->
            operation
                .getResponses()
                .addAPIResponse(
                    status.toString(), response(method, PASSING.contains(status), raised)));
    var inOrder = new TreeMap<>(operation.getResponses().getAPIResponses());
    operation.getResponses().setAPIResponses(inOrder);
  }

  private static APIResponse response(
      PathItem.HttpMethod method, boolean passing, Set<ProblemType> raised) {
    String titles = raised.stream().map(ProblemType::title).collect(joining(". ", "", "."));
    APIResponse response = OASFactory.createAPIResponse().description(titles);
    if (method == PathItem.HttpMethod.HEAD) {
      return response;
    }
    if (passing) {
      response.addHeader("Retry-After", OASFactory.createHeader().ref("Retry-After"));
    }
    MediaType problem =
        OASFactory.createMediaType().schema(OASFactory.createSchema().ref("Problem"));
    raised.forEach(
        one -> problem.addExample(one.slug(), OASFactory.createExample().ref(one.slug())));
    return response.content(OASFactory.createContent().addMediaType(MEDIA_TYPE, problem));
  }

  private static Example example(String slug, Map<?, ?> members) {
    ProblemType type =
        Arrays.stream(ProblemType.values())
            .filter(one -> one.slug().equals(slug))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("not in the catalogue: " + slug));
    var document = new LinkedHashMap<Object, Object>();
    document.put("type", type.uri());
    document.put("title", type.title());
    document.put("status", type.status());
    document.putAll(members);
    return OASFactory.createExample().value(document);
  }
}
