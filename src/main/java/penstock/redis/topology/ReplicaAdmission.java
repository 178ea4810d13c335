package penstock.redis.topology;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Lets a replica be read from when it has all that its master had when it was to be. Who reads
 * there next may have read elsewhere before, and nobody can have read more than the master had; so
 * what is read never goes back.
 */
public final class ReplicaAdmission {

  /** Until a replica has what it lacks is looked this often. */
  private static final int LOOK_MILLIS = 10;

  private final Vertx vertx;
  private final long patienceNanos;

  /**
   * @param patience for how long a replica may lack something; then it is not read from
   */
  public ReplicaAdmission(Vertx vertx, Duration patience) {
    this.vertx = vertx;
    this.patienceNanos = patience.toNanos();
  }

  /**
   * Completes when the replica has all that the master has now; fails if it follows another, or
   * lacks something for too long.
   *
   * @param master asks the master, once
   * @param replica asks the replica, as often as it takes
   */
  public Future<Void> admit(
      Supplier<Future<ReplicationInfo>> master, Supplier<Future<ReplicationInfo>> replica) {
    long began = System.nanoTime();
    return master.get().compose(info -> awaitAll(replica, info, began));
  }

  private Future<Void> awaitAll(
      Supplier<Future<ReplicationInfo>> replica, ReplicationInfo ofMaster, long began) {
    return replica
        .get()
        .compose(
            info -> {
              if (ReplicaSource.hasAll(info, ofMaster)) {
                return Future.succeededFuture();
              }
              if (!info.id().equals(ofMaster.id())) {
                return Future.failedFuture("it does not follow the master");
              }
              return System.nanoTime() - began > patienceNanos
                  ? Future.failedFuture("it is too far behind the master")
                  : vertx
                      .timer(LOOK_MILLIS, TimeUnit.MILLISECONDS)
                      .compose(later -> awaitAll(replica, ofMaster, began));
            });
  }
}
