package penstock.view;

import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the registry of views held at one moment. Does not change.
 *
 * @param fields view to served generation, {@code view:generation} to its description, and
 *     bookkeeping that begins with {@code #}
 */
public record RegistrySnapshot(Map<String, String> fields) {

  /** Of a Redis that knows no view. */
  public static final RegistrySnapshot EMPTY = new RegistrySnapshot(Map.of());

  static RegistrySnapshot of(Response reply) {
    var fields = new HashMap<String, String>(reply.size());
    for (int i = 0; i + 1 < reply.size(); i += 2) {
      fields.put(reply.get(i).toString(), reply.get(i + 1).toString());
    }
    return new RegistrySnapshot(fields);
  }

  /** The id of the generation that is served. */
  public Optional<String> served(ViewName view) {
    return Optional.ofNullable(fields.get(view.value()));
  }

  /** All generations of the view. */
  public List<Generation> known(ViewName view) {
    var found = new ArrayList<Generation>();
    fields.forEach(
        (field, description) -> {
          if (field.startsWith(view + ":")) {
            found.add(Generation.parse(field.substring(view.value().length() + 1), description));
          }
        });
    return found;
  }

  /**
   * Whether a generation of the view comes after another: of builds of one definition the one with
   * the greater number, of others the one that was noted later. As {@code serve.lua} says.
   */
  public boolean isLater(ViewName view, Generation one, String other) {
    if (one.isBuildOf(other)) {
      return one.number() > Generation.number(other);
    }
    return born(view, one.id()) > born(view, other);
  }

  private long born(ViewName view, String generation) {
    return Long.parseLong(fields.getOrDefault("#born:" + view + ":" + generation, "0"));
  }

  /** The newest build of a definition: the one that is, or shall be, served. */
  public Generation newest(ViewDefinition view) {
    Generation newest = view.generation();
    for (Generation one : known(view.name())) {
      if (one.hasDefinitionOf(newest) && one.number() > newest.number()) {
        newest = one;
      }
    }
    return newest;
  }

  /**
   * The builds of a definition that are to be worked: the newest, and until that takes its place
   * the one that is served.
   */
  public List<Generation> wanted(ViewDefinition view) {
    Generation newest = newest(view);
    var wanted = new ArrayList<Generation>(2);
    wanted.add(newest);
    String served = served(view.name()).orElse(newest.id());
    for (Generation one : known(view.name())) {
      if (one.id().equals(served) && !one.equals(newest) && one.hasDefinitionOf(newest)) {
        wanted.add(one);
      }
    }
    return wanted;
  }
}
