package penstock.audit;

import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jboss.logging.Logger;
import penstock.security.AuthConfig;

/**
 * What is written down: a line of the log at once, and a queue of what is on its way to the stream.
 * Any thread; never waits.
 */
@ApplicationScoped
class AuditLog {

  private static final Logger LOG = Logger.getLogger(AuditLog.class);

  private final boolean on;
  private final int maxQueued;
  private final AuditWindow window;
  private final AuditMeters meters;
  private final InstantSource clock;
  private final Deque<AuditRecord> queue = new ArrayDeque<>();

  @Inject
  AuditLog(AuditConfig config, AuthConfig auth, AuditMeters meters) {
    this(config, AuditConfig.isOn(config, auth), meters, InstantSource.system());
  }

  AuditLog(AuditConfig config, boolean on, AuditMeters meters, InstantSource clock) {
    this.on = on;
    this.maxQueued = config.maxQueued();
    this.window = new AuditWindow(config.window(), config.maxDone(), config.maxRefused());
    this.meters = meters;
    this.clock = clock;
    if (on) {
      meters.register(this::queued);
    }
  }

  boolean isOn() {
    return on;
  }

  /**
   * Writes a request down, unless there were too many: then it is counted.
   *
   * @param record makes it, of the time
   */
  void add(AuditOutcome outcome, Function<Instant, AuditRecord> record) {
    Instant now = clock.instant();
    meters.count(outcome);
    if (admits(outcome, now)) {
      write(record.apply(now));
    }
  }

  private synchronized boolean admits(AuditOutcome outcome, Instant now) {
    return window.admits(outcome, now);
  }

  private void write(AuditRecord record) {
    LOG.info("audit: " + record.line());
    if (!enqueue(record)) {
      meters.lost();
    }
  }

  private synchronized boolean enqueue(AuditRecord record) {
    return queue.size() < maxQueued && queue.add(record);
  }

  /**
   * Writes down what was counted, if the time for it has come.
   *
   * @param anyway or if it has not
   */
  void count(boolean anyway) {
    Instant now = clock.instant();
    closeWindow(now, anyway).ifPresent(counts -> write(AuditRecord.counted(now, counts)));
  }

  private synchronized Optional<JsonObject> closeWindow(Instant now, boolean anyway) {
    return window.close(now, anyway);
  }

  /** The first that wait. They go on waiting until {@link #remove}. */
  synchronized List<AuditRecord> first(int most) {
    var first = new ArrayList<AuditRecord>();
    for (AuditRecord one : queue) {
      if (first.size() == most) {
        break;
      }
      first.add(one);
    }
    return first;
  }

  /** These, which were the first, are in the stream. */
  synchronized void remove(int count) {
    for (int i = 0; i < count; i++) {
      queue.remove();
    }
  }

  synchronized int queued() {
    return queue.size();
  }
}
