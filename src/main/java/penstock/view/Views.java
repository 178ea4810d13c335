package penstock.view;

import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.stream.NameRule;
import penstock.stream.StreamName;
import penstock.stream.registry.Stream;
import penstock.stream.registry.Streams;
import penstock.stream.registry.StreamsConfig;
import penstock.view.fold.InvalidSettingException;

/** The views that the configuration declares. What makes no sense is refused at start. */
@ApplicationScoped
@Startup
public class Views {

  private final Map<ViewName, ViewDefinition> declared;

  @Inject
  public Views(ViewsConfig config, Streams streams, StreamsConfig streamsConfig) {
    declared = declare(config, streams::declared, streamsConfig.autoCreate());
  }

  /**
   * The views of a configuration.
   *
   * @param declared the streams by name
   * @param autoCreate whether others may come to be
   */
  static Map<ViewName, ViewDefinition> declare(
      ViewsConfig config, Function<StreamName, Optional<Stream>> declared, boolean autoCreate) {
    var views = new TreeMap<ViewName, ViewDefinition>();
    config
        .byName()
        .forEach(
            (name, settings) -> {
              String property = "penstock.views." + name;
              if (!NameRule.isValid(name)) {
                throw new ConfigurationException(
                    property + ": the name of a view must match " + NameRule.RULE);
              }
              if (!NameRule.isValid(settings.stream())) {
                throw new ConfigurationException(
                    property + ".stream: the name of a stream must match " + NameRule.RULE);
              }
              StreamName stream = new StreamName(settings.stream());
              Optional<Stream> found = declared.apply(stream);
              if (found.isEmpty() && !autoCreate) {
                throw new ConfigurationException(
                    property
                        + ".stream: there is no stream '"
                        + stream
                        + "'. Declare it with penstock.streams."
                        + stream
                        + ".partitions=1.");
              }
              int partitions = found.map(one -> one.partitions().size()).orElse(1);
              ViewName view = new ViewName(name);
              try {
                views.put(view, ViewDefinition.of(view, stream, partitions, settings));
              } catch (InvalidSettingException e) {
                throw new ConfigurationException(
                    property + "." + e.setting() + ": " + e.getMessage());
              }
            });
    return views;
  }

  /** By name. */
  public List<ViewDefinition> all() {
    return List.copyOf(declared.values());
  }

  /** The view; a problem if there is none. */
  public ViewDefinition find(ViewName name) {
    ViewDefinition view = declared.get(name);
    if (view == null) {
      throw ProblemException.of(
          ProblemType.UNKNOWN_VIEW,
          "There is no view '"
              + name
              + "'. Declare it with penstock.views."
              + name
              + ".stream and .fold.");
    }
    return view;
  }
}
