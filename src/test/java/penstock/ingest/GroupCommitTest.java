package penstock.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.opentelemetry.api.trace.SpanContext;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.CompositeFuture;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.Patience;
import penstock.redis.RedisLink;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;
import penstock.stream.Partition;
import penstock.stream.StreamName;
import penstock.stream.log.EventLog;
import penstock.stream.log.LogWriter;
import penstock.stream.registry.RetentionPolicy;
import penstock.stream.registry.Stream;
import penstock.stream.tail.Tail;
import penstock.trace.Tracing;

/** Whatever is thrown while an append is made, each request is answered, and the next one goes. */
@QuarkusTest
@WithTestResource(RedisResource.class)
class GroupCommitTest {

  private static final AtomicInteger NAMES = new AtomicInteger();
  private static final EventExecutor HERE = ImmediateEventExecutor.INSTANCE;

  RedisServer redis;
  @Inject EventLog log;
  @Inject Tail tail;
  @Inject LogWriter writer;
  @Inject Vertx vertx;

  private final StreamName name = new StreamName("commit-" + NAMES.incrementAndGet());
  private final Stream stream =
      new Stream(
          name,
          List.of(new Partition(name, 0)),
          Duration.ofMinutes(2),
          RetentionPolicy.UNLIMITED,
          0,
          Duration.ofSeconds(1));

  @BeforeEach
  void connect() {
    writer.awaitLink();
  }

  private GroupCommit commit(Supplier<RedisLink> links, Runnable lost) {
    var partition = stream.partitions().getFirst();
    return new GroupCommit(
        partition,
        new PartitionAppend(stream, partition, log, tail, links)::run,
        new IngestMeters(new SimpleMeterRegistry(), stream.name()),
        Tracing.off(),
        1_000_000,
        lost);
  }

  private static Future<PartitionAck> append(GroupCommit commit, String id) {
    return commit.append(
        List.of(EncodedEvent.of(LogWriter.event(id, null))), HERE, SpanContext.getInvalid());
  }

  @Test
  void anAppendThatCannotBeSentFailsItsRequestsOnly() {
    var calls = new AtomicInteger();
    GroupCommit commit =
        commit(
            () -> {
              if (calls.getAndIncrement() == 0) {
                throw new IllegalStateException("a defect");
              }
              return writer.link();
            },
            () -> {});
    Future<PartitionAck> first = append(commit, "1");
    assertThatThrownBy(() -> Patience.await(first)).hasRootCauseMessage("a defect");
    assertThat(Patience.await(append(commit, "1")).results()).hasSize(1);
  }

  @Test
  void whatOneThrowsOnItsAnswerKeepsNobodyFromTheirs() {
    GroupCommit commit = commit(writer::link, () -> {});
    Patience.await(append(commit, "0"));
    redis.pause();
    append(commit, "first");
    append(commit, "1")
        .onComplete(
            done -> {
              throw new IllegalStateException("a defect");
            });
    Future<PartitionAck> second = append(commit, "2");
    redis.resume();
    assertThat(Patience.await(second).results()).hasSize(1);
    assertThat(Patience.await(append(commit, "3")).results()).hasSize(1);
  }

  @Test
  void aLostLogOfWhichNobodyCanBeToldIsAppendedTo() {
    GroupCommit commit =
        commit(
            writer::link,
            () -> {
              throw new IllegalStateException("a defect");
            });
    Patience.await(append(commit, "1"));
    var keys = log.keys(stream.partitions().getFirst());
    redis.ask("DEL", keys.events(), keys.log());
    assertThat(Patience.await(append(commit, "1")).results()).hasSize(1);
    assertThat(Patience.await(append(commit, "2")).results()).hasSize(1);
  }

  @Test
  void whatComesInOneTurnOfALoopIsSentTogether() {
    var scripts = new AtomicInteger();
    GroupCommit commit =
        commit(
            () -> {
              scripts.incrementAndGet();
              return writer.link();
            },
            () -> {});
    Promise<CompositeFuture> all = Promise.promise();
    vertx.runOnContext(
        turn ->
            Future.all(append(commit, "1"), append(commit, "2"), append(commit, "3"))
                .onComplete(all));
    Patience.await(all.future());
    assertThat(scripts).hasValue(1);
  }
}
