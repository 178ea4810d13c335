package penstock;

import static java.util.stream.Collectors.joining;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithParentName;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.NumberFormat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;

/**
 * What docs/configuration.md says of Penstock's own properties: made of the mappings, and of their
 * Javadoc as it stands in the sources. Writes it into the page:
 *
 * <pre>java -cp ... penstock.ConfigurationReference</pre>
 */
final class ConfigurationReference {

  static final Path PAGE = Path.of("docs", "configuration.md");

  private static final Path SOURCES = Path.of("src", "main", "java");
  private static final String BEGIN = "<!-- made of the sources by ConfigurationReference -->\n";
  private static final String END = "<!-- end of what is made -->\n";
  private static final Map<Class<?>, String> SIMPLE_TYPES =
      Map.of(
          Duration.class, "duration",
          MemorySize.class, "bytes",
          String.class, "text",
          boolean.class, "boolean",
          Boolean.class, "boolean",
          int.class, "number",
          long.class, "number",
          OptionalInt.class, "number",
          OptionalLong.class, "number");

  /** By the name of a class, or of a class and its member; in the order of the sources. */
  private final Map<String, String> comments = new LinkedHashMap<>();

  private final StringBuilder out = new StringBuilder();

  /** What two kinds of sinks have under one name is told once. */
  private final Set<String> told = new HashSet<>();

  private ConfigurationReference() {}

  public static void main(String[] arguments) throws Exception {
    Files.writeString(PAGE, page());
  }

  /** The page as it should be. */
  static String page() throws Exception {
    String present = Files.readString(PAGE);
    int begin = present.indexOf(BEGIN) + BEGIN.length();
    return present.substring(0, begin) + make() + present.substring(present.indexOf(END));
  }

  private static String make() throws Exception {
    var reference = new ConfigurationReference();
    List<Path> sources;
    try (Stream<Path> all = Files.walk(SOURCES)) {
      sources = all.filter(path -> path.toString().endsWith("Config.java")).sorted().toList();
    }
    reference.readComments(sources);
    var mappings = new TreeMap<String, Class<?>>();
    for (Path source : sources) {
      String name = SOURCES.relativize(source).toString().replace('/', '.');
      Class<?> type = Class.forName(name.substring(0, name.length() - ".java".length()));
      mappings.put(type.getAnnotation(ConfigMapping.class).prefix(), type);
    }
    mappings.forEach(reference::section);
    return reference.out.append('\n').toString();
  }

  // ---- Javadoc

  private void readComments(List<Path> sources) throws IOException {
    var compiler = ToolProvider.getSystemJavaCompiler();
    try (var files = compiler.getStandardFileManager(null, Locale.ROOT, StandardCharsets.UTF_8)) {
      Iterable<? extends JavaFileObject> units = files.getJavaFileObjectsFromPaths(sources);
      var task =
          (JavacTask) compiler.getTask(null, files, null, List.of("-proc:none"), null, units);
      DocTrees docs = DocTrees.instance(task);
      for (CompilationUnitTree unit : task.parse()) {
        new Comments(docs).scan(unit, "");
      }
    }
  }

  private final class Comments extends TreePathScanner<Void, String> {

    private final DocTrees docs;

    Comments(DocTrees docs) {
      this.docs = docs;
    }

    @Override
    public Void visitClass(ClassTree tree, String outer) {
      String name =
          outer.isEmpty() ? "" + tree.getSimpleName() : outer + "$" + tree.getSimpleName();
      note(name);
      return super.visitClass(tree, name);
    }

    @Override
    public Void visitMethod(MethodTree tree, String owner) {
      note(owner + "." + tree.getName());
      return null;
    }

    @Override
    public Void visitVariable(VariableTree tree, String owner) {
      note(owner + "." + tree.getName());
      return null;
    }

    private void note(String name) {
      String comment = docs.getDocComment(getCurrentPath());
      if (comment != null) {
        comments.put(name, text(comment));
      }
    }
  }

  private static String text(String comment) {
    return comment
        .replaceAll("\\s+", " ")
        .replaceAll("\\{@code ([^}]*)}", "`$1`")
        .replaceAll("\\{@link #?([^}]*)}", "`$1`")
        .replace("|", "\\|")
        .strip();
  }

  private String comment(Class<?> type) {
    return comment(name(type));
  }

  private String comment(Class<?> type, String member) {
    return comment(name(type) + "." + member);
  }

  private static String name(Class<?> type) {
    return type.getName().substring(type.getPackageName().length() + 1);
  }

  private String comment(String name) {
    String found = comments.get(name);
    if (found == null) {
      throw new IllegalStateException(name + " has no Javadoc to be told of it");
    }
    return found;
  }

  // ---- properties

  private void section(String prefix, Class<?> mapping) {
    out.append("\n### `").append(prefix).append(".*`\n\n");
    out.append(comment(mapping)).append("\n\n");
    out.append("| property | type | default | what |\n|---|---|---|---|\n");
    properties(prefix, mapping);
  }

  private void properties(String prefix, Class<?> group) {
    for (Method method : inOrder(group)) {
      String name =
          method.isAnnotationPresent(WithParentName.class)
              ? prefix
              : prefix + "." + kebab(method.getName());
      Type type = method.getGenericReturnType();
      if (type instanceof ParameterizedType map && map.getRawType() == Map.class) {
        Type value = map.getActualTypeArguments()[1];
        if (isGroup(value)) {
          properties(name + ".<name>", (Class<?>) value);
        } else {
          out.append(
              "| `%s.<name>` | %s | not set | %s |%n"
                  .formatted(name, type(value), comment(group, method.getName())));
        }
      } else if (isGroup(type)) {
        properties(name, (Class<?>) type);
      } else if (told.add(name)) {
        out.append(
            "| `%s` | %s | %s | %s |%n"
                .formatted(
                    name,
                    type(type) + bounds(method),
                    standard(method),
                    comment(group, method.getName()) + choices(type)));
      }
    }
  }

  /** As they stand in the source: reflection promises no order. */
  private List<Method> inOrder(Class<?> group) {
    var methods = new ArrayList<>(Arrays.asList(group.getDeclaredMethods()));
    methods.removeIf(method -> method.isSynthetic() || Modifier.isStatic(method.getModifiers()));
    List<String> order = List.copyOf(comments.keySet());
    methods.sort(
        Comparator.comparingInt(
            method -> {
              int at = order.indexOf(name(group) + "." + method.getName());
              return at < 0 ? order.size() : at;
            }));
    return methods;
  }

  private static String kebab(String name) {
    return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }

  private static boolean isGroup(Type type) {
    return type instanceof Class<?> named
        && named.isInterface()
        && named.getName().startsWith("penstock.");
  }

  private static String type(Type type) {
    if (type instanceof ParameterizedType generic) {
      Type inner = generic.getActualTypeArguments()[0];
      if (generic.getRawType() == Optional.class) {
        return type(inner);
      }
      if (generic.getRawType() == List.class || generic.getRawType() == Set.class) {
        return "list of " + type(inner);
      }
    }
    if (type instanceof Class<?> choice && choice.isEnum()) {
      return Arrays.stream(choice.getEnumConstants())
          .map(one -> "`" + word(one) + "`")
          .collect(joining(", "));
    }
    String simple = type instanceof Class<?> named ? SIMPLE_TYPES.get(named) : null;
    if (simple == null) {
      throw new IllegalStateException("no word for the type " + type);
    }
    return simple;
  }

  private static String word(Object constant) {
    return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static String bounds(Method method) {
    var bounds = new ArrayList<String>();
    Min min = method.getAnnotation(Min.class);
    Max max = method.getAnnotation(Max.class);
    Pattern pattern = method.getAnnotation(Pattern.class);
    NumberFormat number = NumberFormat.getIntegerInstance(Locale.ENGLISH);
    if (min != null && max != null) {
      bounds.add(number.format(min.value()) + " to " + number.format(max.value()));
    } else if (min != null) {
      bounds.add("at least " + number.format(min.value()));
    } else if (max != null) {
      bounds.add("at most " + number.format(max.value()));
    }
    DurationMin shortest = method.getAnnotation(DurationMin.class);
    DurationMax longest = method.getAnnotation(DurationMax.class);
    if (shortest != null) {
      bounds.add("at least " + text(duration(shortest)));
    }
    if (longest != null) {
      bounds.add("at most " + text(duration(longest)));
    }
    if (pattern != null) {
      bounds.add("`" + pattern.regexp() + "`");
    }
    return bounds.isEmpty() ? "" : ", " + String.join(", ", bounds);
  }

  private static Duration duration(DurationMin of) {
    return Duration.ofDays(of.days())
        .plusHours(of.hours())
        .plusMinutes(of.minutes())
        .plusSeconds(of.seconds())
        .plusMillis(of.millis())
        .plusNanos(of.nanos());
  }

  private static Duration duration(DurationMax of) {
    return Duration.ofDays(of.days())
        .plusHours(of.hours())
        .plusMinutes(of.minutes())
        .plusSeconds(of.seconds())
        .plusMillis(of.millis())
        .plusNanos(of.nanos());
  }

  /** As it is written in a configuration. */
  private static String text(Duration bound) {
    if (bound.isZero()) {
      return "0s";
    }
    if (bound.toMillisPart() > 0) {
      return bound.toMillis() + "ms";
    }
    return bound.toDays() > 0
        ? bound.toDays() + "d"
        : bound.toString().substring(2).toLowerCase(Locale.ROOT);
  }

  private static String standard(Method method) {
    WithDefault standard = method.getAnnotation(WithDefault.class);
    if (standard != null) {
      return "`" + standard.value() + "`";
    }
    Class<?> type = method.getReturnType();
    boolean optional =
        type == Optional.class || type == OptionalInt.class || type == OptionalLong.class;
    return optional ? "not set" : "required";
  }

  /** What each value of an enumeration means. */
  private String choices(Type type) {
    Type plain =
        type instanceof ParameterizedType generic ? generic.getActualTypeArguments()[0] : type;
    if (!(plain instanceof Class<?> choice && choice.isEnum())) {
      return "";
    }
    return Arrays.stream(choice.getEnumConstants())
        .map(one -> " `" + word(one) + "`: " + comment(choice, one.toString()))
        .collect(joining());
  }
}
