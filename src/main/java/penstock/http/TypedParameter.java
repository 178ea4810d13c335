package penstock.http;

import jakarta.validation.constraints.Max;
import jakarta.ws.rs.ext.ParamConverter;
import jakarta.ws.rs.ext.ParamConverterProvider;
import java.lang.annotation.Annotation;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.hibernate.validator.constraints.time.DurationMax;
import org.jboss.resteasy.reactive.RestHeader;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.server.core.CurrentRequestManager;
import org.jboss.resteasy.reactive.server.spi.ServerHttpRequest;
import org.jspecify.annotations.Nullable;
import penstock.problem.ProblemException;

/**
 * Reads parameters of one type: of the path, of the query, of a header; in the query also as {@code
 * Optional}, {@code List} or {@code Set} of the type. A broken rule is a problem with status 400
 * that names the parameter.
 *
 * <p>Values of the query are taken from the request as they stand. Left to itself, Quarkus REST
 * passes over empty values and, where one value is expected, over all but the first; here an empty
 * value is read as any other, and what is given twice is refused.
 *
 * <p>A parameter's annotation must say its name: a converter is given the annotations alone.
 */
public abstract class TypedParameter<T> implements ParamConverterProvider {

  private final Class<T> type;
  private final Class<?> primitive;

  protected TypedParameter(Class<T> type) {
    this(type, type);
  }

  /**
   * @param primitive the form in which the type does not need to be boxed
   */
  protected TypedParameter(Class<T> type, Class<?> primitive) {
    this.type = type;
    this.primitive = primitive;
  }

  /**
   * Reads a value.
   *
   * @throws IllegalArgumentException if it breaks the type's rule, with the rule as its message,
   *     such as "must be a whole number"; a constraint's message beside it takes its place, since
   *     that has the bounds
   * @throws ProblemException if the type has a problem of its own
   */
  protected abstract T read(String text);

  @Override
  public final <A> @Nullable ParamConverter<A> getConverter(
      Class<A> raw, Type generic, Annotation[] annotations) {
    Function<List<T>, ?> collect = null;
    if (raw == type || raw == primitive) {
      collect = List::getFirst;
    } else if (generic instanceof ParameterizedType container
        && container.getActualTypeArguments()[0] == type) {
      collect = collector(raw);
    }
    if (collect == null) {
      return null;
    }
    // What collects makes just what was asked for.
    @SuppressWarnings("unchecked")
    var converter = (ParamConverter<A>) new Converter(collect, raw, annotations);
    return converter;
  }

  private static <T> @Nullable Function<List<T>, ?> collector(Class<?> container) {
    if (container == Optional.class) {
      return values -> values.isEmpty() ? Optional.empty() : Optional.of(values.getFirst());
    }
    if (container == List.class) {
      return Function.identity();
    }
    return container == Set.class ? LinkedHashSet::new : null;
  }

  private final class Converter implements ParamConverter<Object> {

    private final Function<List<T>, ?> collect;
    private final boolean repeatable;
    private final String name;
    private final boolean inQuery;

    /** As a constraint beside the parameter says it; null if none does. */
    private final @Nullable String rule;

    Converter(Function<List<T>, ?> collect, Class<?> raw, Annotation[] annotations) {
      this.collect = collect;
      this.repeatable = Collection.class.isAssignableFrom(raw);
      String named = "";
      String message = null;
      boolean query = false;
      for (Annotation annotation : annotations) {
        switch (annotation) {
          case RestQuery of -> {
            named = of.value();
            query = true;
          }
          case RestPath of -> named = of.value();
          case RestHeader of -> named = of.value();
          case Max most -> message = most.message();
          case DurationMax most -> message = most.message();
          default -> {}
        }
      }
      if (named.isEmpty()) {
        throw new IllegalStateException(
            "a parameter of the type "
                + type.getSimpleName()
                + " lacks its name in its annotation");
      }
      this.name = named;
      this.inQuery = query;
      this.rule = message;
    }

    /**
     * @param text the first value that is not empty, else the default; null if there is neither. Of
     *     several values, nothing that can be read.
     */
    @Override
    public @Nullable Object fromString(@Nullable String text) {
      List<String> given = given(text);
      if (!repeatable && given.size() > 1) {
        throw ProblemException.ofParameter(
            name, "is given " + given.size() + " times; give it once");
      }
      return collect.apply(
          switch (given.size()) {
            // what most requests have, without a detour
            case 0 -> List.<T>of();
            case 1 -> List.of(value(given.getFirst()));
            default -> given.stream().map(this::value).toList();
          });
    }

    private List<String> given(@Nullable String text) {
      List<String> given = inQuery ? inQuery() : List.of();
      return given.isEmpty() && text != null && !repeatable ? List.of(text) : given;
    }

    private List<String> inQuery() {
      ServerHttpRequest request = CurrentRequestManager.get().serverRequest();
      return request.query() == null ? List.of() : request.getAllQueryParams(name);
    }

    private T value(String text) {
      try {
        return read(text);
      } catch (IllegalArgumentException broken) {
        throw ProblemException.ofParameter(
            name, rule == null ? String.valueOf(broken.getMessage()) : rule);
      }
    }

    @Override
    public String toString(Object value) {
      return value.toString();
    }
  }
}
