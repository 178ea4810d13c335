package penstock.feed.http;

import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptor;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import penstock.feed.FeedConfig;
import penstock.feed.connection.CombinedCursor;
import penstock.feed.connection.ResumeLimit;
import penstock.stream.registry.Streams;
import penstock.stream.registry.StreamsConfig;
import penstock.view.ViewDefinition;
import penstock.view.Views;

/**
 * Says at start what could not be resumed: refuses limits of HTTP that the ids of a single feed can
 * exceed, and warns of what is declared if not all of it can be followed over one connection that
 * {@code penstock.feed.max-combined} allows.
 */
@ApplicationScoped
class StartupResumeCheck {

  private static final Logger LOG = Logger.getLogger(StartupResumeCheck.class);

  private final ResumeLimit limit;
  private final FeedConfig config;
  private final Streams streams;
  private final Views views;

  @Inject
  StartupResumeCheck(ResumeLimit limit, FeedConfig config, Streams streams, Views views) {
    this.limit = limit;
    this.config = config;
    this.streams = streams;
    this.views = views;
  }

  /** Before anything is started that would have to be ended again. */
  void refuse(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent event) {
    int single = CombinedCursor.longest(List.of(StreamsConfig.MAX_PARTITIONS));
    if (limit.longest() < single) {
      throw new ConfigurationException(
          "%s, %s and %s must each be at least %d: whoever follows a stream of %d partitions could not come back."
              .formatted(
                  ResumeLimit.HEADER_SIZE,
                  ResumeLimit.LINE_LENGTH,
                  ResumeLimit.HEADER_LIST_SIZE,
                  single + ResumeLimit.OTHERS,
                  StreamsConfig.MAX_PARTITIONS),
          Set.of(ResumeLimit.HEADER_SIZE, ResumeLimit.LINE_LENGTH, ResumeLimit.HEADER_LIST_SIZE));
    }
  }

  void warn(@Observes StartupEvent event) {
    int combined = CombinedCursor.longest(largestFeeds());
    if (limit.longest() < combined) {
      LOG.warnf(
          "some feeds cannot share a connection: longest-id=%d can-come-back=%d; followed together, those of most"
              + " partitions are refused as 'id-too-long'. Raise %s, %s and %s to %d, or lower penstock.feed.max-combined",
          combined,
          limit.longest(),
          ResumeLimit.HEADER_SIZE,
          ResumeLimit.LINE_LENGTH,
          ResumeLimit.HEADER_LIST_SIZE,
          combined + ResumeLimit.OTHERS);
    }
  }

  /** The partitions of those that make the longest id; streams that may come to be have one. */
  private List<Integer> largestFeeds() {
    int most = config.maxCombined();
    return Stream.of(
            streams.declared().stream().map(stream -> stream.partitions().size()),
            views.all().stream().map(ViewDefinition::partitions),
            Collections.nCopies(most, 1).stream())
        .flatMap(partitions -> partitions)
        .sorted(Comparator.reverseOrder())
        .limit(most)
        .toList();
  }
}
