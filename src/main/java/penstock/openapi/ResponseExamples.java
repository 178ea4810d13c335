package penstock.openapi;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;

/**
 * Gives responses their examples: of an operation's response in JSON {@code
 * openapi/<operationId>.<status>.json}, of a feed's {@code .txt}.
 */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public final class ResponseExamples implements OASFilter {

  @Override
  public void filterOpenAPI(OpenAPI description) {
    Operations.forEach(
        description,
        (method, operation) ->
            operation
                .getResponses()
                .getAPIResponses()
                .forEach((status, response) -> example(operation, status, response)));
  }

  private static void example(Operation operation, String status, APIResponse response) {
    if (response.getContent() == null) {
      return;
    }
    String file = operation.getOperationId() + "." + status;
    MediaType json = response.getContent().getMediaType("application/json");
    if (json != null) {
      json.setExample(ExampleFiles.json(file + ".json"));
    }
    MediaType feed = response.getContent().getMediaType("text/event-stream");
    if (feed != null) {
      feed.setExample(ExampleFiles.text(file + ".txt"));
    }
  }
}
