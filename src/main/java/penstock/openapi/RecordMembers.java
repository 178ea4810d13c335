package penstock.openapi;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;
import org.jboss.jandex.AnnotationInstance;
import org.jboss.jandex.ClassInfo;
import org.jboss.jandex.DotName;
import org.jboss.jandex.FieldInfo;
import org.jboss.jandex.IndexView;
import org.jboss.jandex.RecordComponentInfo;
import org.jboss.jandex.Type;
import org.jspecify.annotations.Nullable;

/**
 * Says which members of a record are always there, as Jackson writes it: all but those that {@link
 * JsonInclude} has it leave out when they are null, or empty. The others may be null if their type
 * is {@link Nullable}.
 */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public final class RecordMembers implements OASFilter {

  private static final String OURS = "penstock.";
  private static final DotName NULLABLE = DotName.createSimple(Nullable.class);
  private static final DotName INCLUDE = DotName.createSimple(JsonInclude.class);
  private static final DotName PROPERTY = DotName.createSimple(JsonProperty.class);
  private static final DotName UNWRAPPED = DotName.createSimple(JsonUnwrapped.class);
  private static final DotName SCHEMA =
      DotName.createSimple(org.eclipse.microprofile.openapi.annotations.media.Schema.class);

  private final IndexView code;
  private final Map<String, ClassInfo> records = new HashMap<>();

  /**
   * @param code the classes of the service
   */
  public RecordMembers(IndexView code) {
    this.code = code;
    for (ClassInfo one : code.getKnownClasses()) {
      if (one.isRecord() && one.name().toString().startsWith(OURS)) {
        AnnotationInstance schema = one.declaredAnnotation(SCHEMA);
        boolean named = schema != null && schema.value("name") != null;
        records.put(named ? schema.value("name").asString() : one.simpleName(), one);
      }
    }
  }

  @Override
  public void filterOpenAPI(OpenAPI description) {
    description
        .getComponents()
        .getSchemas()
        .forEach(
            (name, schema) -> {
              // What openapi.yaml describes says itself what is required.
              if (records.containsKey(name)
                  && schema.getProperties() != null
                  && schema.getRequired() == null) {
                schema.setRequired(new ArrayList<>());
                complete(records.get(name), schema);
              }
            });
  }

  private void complete(ClassInfo type, Schema schema) {
    for (RecordComponentInfo member : type.recordComponents()) {
      String name = name(type, member);
      if (type.field(member.name()).hasDeclaredAnnotation(UNWRAPPED)) {
        complete(code.getClassByName(member.type().name()), schema);
      } else if (schema.getProperties().containsKey(name)
          && !isLeftOut(type, type.field(member.name()))) {
        schema.addRequired(name);
        if (member.type().hasAnnotation(NULLABLE)) {
          schema.addProperty(name, orNull(schema.getProperties().get(name)));
        }
      }
    }
  }

  private static String name(ClassInfo type, RecordComponentInfo member) {
    AnnotationInstance property = type.field(member.name()).declaredAnnotation(PROPERTY);
    return property == null ? member.name() : property.value().asString();
  }

  /** Whether Jackson leaves the member out when it is null, or nothing is in it. */
  private static boolean isLeftOut(ClassInfo type, FieldInfo member) {
    AnnotationInstance include = member.declaredAnnotation(INCLUDE);
    if (include == null) {
      include = type.declaredAnnotation(INCLUDE);
    }
    return include != null
        && switch (JsonInclude.Include.valueOf(include.value().asEnum())) {
          case ALWAYS -> false;
          case NON_EMPTY -> member.type().kind() != Type.Kind.PRIMITIVE;
          default -> member.type().hasAnnotation(NULLABLE);
        };
  }

  private static Schema orNull(Schema schema) {
    if (schema.getRef() == null) {
      return schema.addType(SchemaType.NULL);
    }
    return OASFactory.createSchema()
        .description(schema.getDescription())
        .addAnyOf(OASFactory.createSchema().ref(schema.getRef()))
        .addAnyOf(OASFactory.createSchema().addType(SchemaType.NULL));
  }
}
