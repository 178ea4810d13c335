package penstock.openapi;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.jboss.jandex.AnnotationInstance;
import org.jboss.jandex.AnnotationTarget;
import org.jboss.jandex.DotName;
import org.jboss.jandex.IndexView;

/**
 * References lead straight to what they mean. The scanner makes a schema of its own of a class that
 * refers to another by {@code @Schema(ref = ...)}, and says of each reference that it is an object,
 * also where the class is a text in JSON.
 */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public final class SchemaReferences implements OASFilter {

  private static final String PREFIX = "#/components/schemas/";
  private static final DotName SCHEMA =
      DotName.createSimple(org.eclipse.microprofile.openapi.annotations.media.Schema.class);

  /** The names of classes that refer to a schema, and that schema's. */
  private final Map<String, String> aliases = new HashMap<>();

  /**
   * @param code the classes of the service
   */
  public SchemaReferences(IndexView code) {
    for (AnnotationInstance schema : code.getAnnotations(SCHEMA)) {
      if (schema.target().kind() == AnnotationTarget.Kind.CLASS && schema.value("ref") != null) {
        aliases.put(schema.target().asClass().simpleName(), schema.value("ref").asString());
      }
    }
  }

  @Override
  public Schema filterSchema(Schema schema) {
    if (schema.getRef() != null) {
      String name = schema.getRef().substring(PREFIX.length());
      schema.setRef(aliases.getOrDefault(name, name));
      schema.setType(null);
    }
    return schema;
  }

  @Override
  public void filterOpenAPI(OpenAPI description) {
    aliases.keySet().forEach(description.getComponents()::removeSchema);
  }
}
