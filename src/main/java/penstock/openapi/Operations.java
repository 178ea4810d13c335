package penstock.openapi;

import java.util.function.BiConsumer;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;

/** All operations of a description, each with its method. */
final class Operations {

  private Operations() {}

  static void forEach(OpenAPI description, BiConsumer<PathItem.HttpMethod, Operation> each) {
    description
        .getPaths()
        .getPathItems()
        .values()
        .forEach(path -> path.getOperations().forEach(each));
  }
}
