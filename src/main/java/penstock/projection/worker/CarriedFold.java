package penstock.projection.worker;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.List;
import java.util.Optional;
import penstock.consumer.worker.Lease;
import penstock.problem.IsolatedCall;
import penstock.redis.RedisReplyException;
import penstock.stream.Position;
import penstock.stream.tail.CarriedCommit;

/** A batch of events that are about to be appended, whose commit goes along. Any thread. */
final class CarriedFold implements CarriedCommit {

  private final CommitRepository commits;
  private final Lease lease;
  private final FoldBatch batch;
  private final List<EntryChange> changed;
  private final int listeners;
  private final Promise<Optional<CommitRepository.Committed>> done = Promise.promise();

  /**
   * @param listeners how many connections of this instance listen to what is told of the changes
   */
  CarriedFold(CommitRepository commits, Lease lease, FoldBatch batch, int listeners) {
    this.commits = commits;
    this.lease = lease;
    this.batch = batch;
    this.changed = batch.changes();
    this.listeners = listeners;
  }

  /**
   * What became of the commit: nothing if it was not what comes next, so that nothing of it was
   * written. Fails if it was refused otherwise, or if nothing is known of it.
   */
  Future<Optional<CommitRepository.Committed>> done() {
    return done.future();
  }

  @Override
  public List<String> keys() {
    return commits.keys();
  }

  @Override
  public void write(Request append) {
    commits.write(append, lease, batch, changed, listeners);
  }

  @Override
  public boolean appended(List<Position> positions, Response outcome) {
    if (outcome.size() > 1) {
      var committed = CommitRepository.read(outcome, lease, positions, changed);
      settle(Future.succeededFuture(Optional.of(committed)));
      return true;
    }
    var refusal = new RedisReplyException(outcome.get(0).toString());
    boolean isOther = refusal.code().equals("MOVED") || refusal.code().equals("GAP");
    settle(isOther ? Future.succeededFuture(Optional.empty()) : Future.failedFuture(refusal));
    return false;
  }

  private void settle(Future<Optional<CommitRepository.Committed>> known) {
    IsolatedCall.settle(done, known);
  }

  @Override
  public void failed(Throwable cause) {
    settle(Future.failedFuture(cause));
  }
}
