package penstock.group;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;
import static penstock.Requests.given;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.Meters;
import penstock.redis.RedisClock;
import penstock.redis.RedisResource;
import penstock.stream.Partition;
import penstock.stream.StreamName;
import penstock.stream.log.EventLog;
import penstock.stream.log.LogWriter;
import penstock.stream.registry.RetentionPolicy;
import penstock.stream.registry.Stream;

/** Whatever is thrown by who is answered, the pulls behind it are answered too. */
@QuarkusTest
@WithTestResource(RedisResource.class)
class PullQueueTest {

  private static final StreamName STREAM = new StreamName("pull-queue");
  private static final GroupName GROUP = new GroupName("g");

  @Inject Vertx vertx;
  @Inject GroupRepository repository;
  @Inject EventLog log;
  @Inject RedisClock clock;
  @Inject GroupConfig config;
  @Inject LogWriter writer;

  private final GroupMeters counted = new GroupMeters(new SimpleMeterRegistry(), STREAM, GROUP);

  private PullQueue queue() {
    var stream =
        new Stream(
            STREAM,
            List.of(new Partition(STREAM, 0)),
            Duration.ofMinutes(2),
            RetentionPolicy.UNLIMITED,
            0,
            Duration.ofSeconds(1));
    Context context = ((VertxInternal) vertx).createEventLoopContext();
    return new PullQueue(
        vertx, context, stream, GROUP, repository, log, () -> counted, clock, config);
  }

  private static void append(String id) {
    given()
        .contentType("application/cloudevents-batch+json")
        .body(
            "[{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/t\",\"type\":\"t\"}]"
                .formatted(id))
        .post("/streams/{s}/events", STREAM.value())
        .then()
        .statusCode(201);
  }

  private static WaitingPull pull() {
    return new WaitingPull(
        new PullRequest(1, Duration.ofSeconds(20), Duration.ofHours(1), "c", List.of()));
  }

  @BeforeEach
  void connect() {
    writer.awaitLink();
    await().until(Meters::areAllLinksUp);
  }

  @Test
  void onePullThatThrowsDoesNotKeepTheOthersWaiting() {
    append("a");
    given()
        .contentType("application/json")
        .body("{\"start\":\"earliest\"}")
        .put("/streams/{s}/groups/{g}", STREAM.value(), GROUP.value())
        .then()
        .statusCode(201);
    append("b");
    append("c");
    PullQueue queue = queue();
    WaitingPull first = pull();
    first
        .promise()
        .future()
        .onComplete(
            done -> {
              throw new IllegalStateException("a defect");
            });
    WaitingPull second = pull();
    queue.add(first, () -> {});
    queue.add(second, () -> {});
    assertThat(await(second.promise().future())).hasSize(1);
    WaitingPull third = pull();
    queue.add(third, () -> {});
    assertThat(await(third.promise().future())).hasSize(1);
  }
}
