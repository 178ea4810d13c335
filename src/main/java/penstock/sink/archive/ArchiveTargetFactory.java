package penstock.sink.archive;

import io.quarkus.tls.TlsConfigurationRegistry;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import penstock.sink.SinkDefaults;
import penstock.sink.SinkDefinition;
import penstock.sink.SinkTarget;
import penstock.sink.SinkTargetFactory;
import penstock.sink.SinksConfig;

/** Makes the targets of sinks that archive. */
@ApplicationScoped
class ArchiveTargetFactory implements SinkTargetFactory {

  /** About what saturates a node, at a kilobyte an event: two of what is read at once. */
  private static final int BATCH = 512;

  /**
   * Documents are apart from each other, so that they may be in one request whatever their keys;
   * another request is made while one is under way.
   */
  private static final SinkDefaults DEFAULTS =
      new SinkDefaults(SinksConfig.DeliveryOrder.NONE, 2 * BATCH, BATCH);

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
  public SinkDefaults defaults() {
    return DEFAULTS;
  }

  @Override
  public SinkTarget create(SinkDefinition sink) {
    ArchiveSettings settings = ArchiveSettings.of(sink);
    return new ArchiveTarget(
        settings,
        sink.batch(),
        new ClusterConnection(vertx, ClusterAddress.of(sink.settings(), tls)));
  }
}
