package penstock.sink.archive;

import io.quarkus.tls.TlsConfigurationRegistry;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import penstock.sink.SinkDefinition;
import penstock.sink.SinkTarget;
import penstock.sink.SinkTargetFactory;

/** Makes the targets of sinks that archive. */
@ApplicationScoped
class ArchiveTargetFactory implements SinkTargetFactory {

  /** About what saturates a node, at a kilobyte an event. */
  private static final int BATCH = 500;

  private final Vertx vertx;
  private final TlsConfigurationRegistry tls;

  ArchiveTargetFactory(Vertx vertx, TlsConfigurationRegistry tls) {
    this.vertx = vertx;
    this.tls = tls;
  }

  @Override
  public String kind() {
    return "elasticsearch";
  }

  @Override
  public int defaultBatch() {
    return BATCH;
  }

  @Override
  public SinkTarget create(SinkDefinition sink) {
    ArchiveSettings settings = ArchiveSettings.of(sink);
    return new ArchiveTarget(
        settings, new ClusterConnection(vertx, ClusterAddress.of(sink.settings(), tls)));
  }
}
