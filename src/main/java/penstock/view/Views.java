package penstock.view;

import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.stream.Names;
import penstock.stream.StreamName;
import penstock.stream.Streams;
import penstock.stream.StreamsConfig;

/** The views that the configuration declares. What makes no sense is refused at start. */
@ApplicationScoped
@Startup
public class Views {

  private final Map<ViewName, ViewDefinition> declared = new TreeMap<>();

  @Inject
  public Views(ViewsConfig config, Streams streams, StreamsConfig streamsConfig) {
    config
        .byName()
        .forEach(
            (name, settings) -> {
              String property = "penstock.views." + name;
              if (!Names.isValid(name)) {
                throw new ConfigurationException(
                    property + ": the name of a view must match " + Names.RULE);
              }
              ViewName view = new ViewName(name);
              declared.put(view, define(property, view, settings, streams, streamsConfig));
            });
  }

  private static ViewDefinition define(
      String property,
      ViewName view,
      ViewsConfig.OfView settings,
      Streams streams,
      StreamsConfig streamsConfig) {
    if (!Names.isValid(settings.stream())) {
      throw new ConfigurationException(
          property + ".stream: the name of a stream must match " + Names.RULE);
    }
    StreamName stream = new StreamName(settings.stream());
    var known = streams.declared(stream);
    if (known.isEmpty() && !streamsConfig.autoCreate()) {
      throw new ConfigurationException(
          property
              + ".stream: there is no stream '"
              + stream
              + "'. Declare it with penstock.streams."
              + stream
              + ".partitions=1.");
    }
    try {
      return ViewDefinition.of(
          view, stream, known.map(found -> found.partitions().size()).orElse(1), settings);
    } catch (ViewDefinition.InvalidSetting e) {
      throw new ConfigurationException(property + "." + e.setting() + ": " + e.getMessage());
    }
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
