package penstock.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.Patience;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;

class RedisLinkTest {

  /** For what must be given up. A busy machine exceeds it by itself, so all else has more. */
  private static final Duration IMPATIENCE = Duration.ofMillis(400);

  private static final int MAX_PENDING = 64;
  private static final int LINKS = 300;

  private final Vertx vertx = Vertx.vertx();
  private final List<RedisLink> links = new ArrayList<>();
  private RedisServer redis;

  @BeforeEach
  void start() {
    redis = RedisServer.start();
  }

  @AfterEach
  void stop() {
    links.forEach(RedisLink::close);
    await(vertx.close());
    redis.close();
  }

  @Test
  void comesBackAfterAKillWithNothingPending() {
    RedisLink link = up();
    answer(link.send(Command.SET, "a", 1));
    redis.pause();
    List<Future<Response>> sent = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      sent.add(link.send(Command.INCR, "n"));
    }
    await().until(() -> link.pending() == 10);
    redis.kill();

    for (Future<Response> reply : sent) {
      assertThat(problem(reply)).isEqualTo(ProblemType.OUTCOME_UNKNOWN);
    }
    await().until(() -> !link.isUp());
    assertThat(link.pending()).isZero();
    assertThat(problem(link.send(Command.PING))).isEqualTo(ProblemType.REDIS_UNAVAILABLE);

    redis.startAgain();
    await().until(link::isUp);
    assertThat(answer(link.send(Command.GET, "a"))).hasToString("1");
    assertThat(link.pending()).isZero();
    assertThat(link.silence()).isZero();
  }

  @Test
  void givesUpAnAnswerThatDoesNotComeAndRecovers() {
    RedisLink link = open(connection -> Future.succeededFuture(), IMPATIENCE);
    await().until(link::isUp);
    redis.pause();
    Future<Response> reply = link.send(Command.INCR, "n");
    assertThat(problem(reply)).isEqualTo(ProblemType.OUTCOME_UNKNOWN);
    await().until(() -> !link.isUp());
    assertThat(link.downReason()).contains("no answer within 400 ms");

    redis.resume();
    await()
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(answer(link.send(Command.PING))).hasToString("PONG"));
  }

  @Test
  void waitsForARedisThatIsNotThereYet() {
    redis.stop();
    RedisLink link = open(connection -> Future.succeededFuture());
    await().until(() -> !link.downReason().equals(RedisLink.NEW));
    assertThat(problem(link.send(Command.PING))).isEqualTo(ProblemType.REDIS_UNAVAILABLE);
    redis.startAgain();
    await().until(link::isUp);
    assertThat(answer(link.send(Command.PING))).hasToString("PONG");
  }

  @Test
  void whatFailsOverAReplyDoesNotMixUpTheNextOnes() {
    for (int i = 0; i < 10; i++) {
      redis.ask("SET", "key" + i, "value" + i);
    }
    RedisLink link = up();
    // No reply comes before there is somebody to deal with it wrongly.
    redis.pause();
    List<Future<Response>> sent = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      sent.add(link.send(Command.GET, "key" + i));
    }
    sent.getFirst()
        .onComplete(
            reply -> {
              throw new IllegalStateException("on purpose");
            });
    redis.resume();
    for (int i = 1; i < 10; i++) {
      assertThat(answer(sent.get(i))).hasToString("value" + i);
    }
    assertThat(link.pending()).isZero();
  }

  @Test
  void connectsAgainAfterARefusalForTooManyClients() {
    redis.ask("CONFIG", "SET", "maxclients", 1);
    try (var only = redis.open()) {
      only.ask("PING");
      RedisLink link = open(connection -> Future.succeededFuture(), IMPATIENCE);
      await().until(() -> !link.downReason().equals(RedisLink.NEW));
      only.ask("CONFIG", "SET", "maxclients", 100);
      await().until(link::isUp);
    }
  }

  @Test
  void refusesMoreThanItsBoundAtOnceAndTakesMoreAfterwards() {
    RedisLink link = up();
    redis.pause();
    List<Future<Response>> sent = new ArrayList<>();
    for (int i = 0; i < MAX_PENDING; i++) {
      sent.add(link.send(Command.INCR, "n"));
    }
    assertThat(problem(link.send(Command.INCR, "n"))).isEqualTo(ProblemType.TOO_BUSY);
    redis.resume();
    sent.forEach(RedisLinkTest::answer);
    assertThat(answer(link.send(Command.GET, "n"))).hasToString(Integer.toString(MAX_PENDING));
    assertThat(link.pending()).isZero();
  }

  @Test
  void isNotUpBeforeItIsAdmitted() {
    redis.ask("SET", "format", "2");
    RedisLink link =
        open(
            connection ->
                connection
                    .send(Request.cmd(Command.GET).arg("format"))
                    .compose(
                        format ->
                            format.toString().equals("1")
                                ? Future.succeededFuture()
                                : Future.failedFuture("format " + format)));
    await().until(() -> link.downReason().equals("format 2"));
    assertThat(link.isUp()).isFalse();
    redis.ask("SET", "format", "1");
    await().until(link::isUp);
  }

  @Test
  void keepsTheOrderOfWhatIsSent() {
    RedisLink link = up();
    List<Request> requests = new ArrayList<>();
    for (int i = 0; i < MAX_PENDING / 2; i++) {
      requests.add(RedisLink.request(Command.RPUSH, "list", i));
    }
    List<Future<Response>> replies = requests.stream().map(link::send).toList();
    for (int i = 0; i < replies.size(); i++) {
      assertThat(answer(replies.get(i)).toInteger()).isEqualTo(i + 1);
    }
  }

  @Test
  void failsWhatIsPendingWhenClosed() {
    RedisLink link = up();
    redis.pause();
    Future<Response> reply = link.send(Command.INCR, "n");
    await().until(() -> link.pending() == 1);
    link.close();
    assertThat(problem(reply)).isEqualTo(ProblemType.OUTCOME_UNKNOWN);
    assertThat(problem(link.send(Command.PING))).isEqualTo(ProblemType.REDIS_UNAVAILABLE);
    redis.resume();
  }

  /** Between "not yet" and "up" there is no moment at which a command is refused. */
  @Test
  void refusesNothingWhileItOpens() {
    for (int i = 0; i < LINKS; i++) {
      RedisLink link = open(connection -> Future.succeededFuture());
      while (!link.isUp()) {
        Future<Response> reply = link.send(Command.PING);
        if (reply.failed()) {
          assertThat(reply.cause()).hasMessageContaining("too many commands wait");
        }
      }
      link.close();
    }
  }

  private RedisLink up() {
    RedisLink link = open(connection -> Future.succeededFuture());
    await().until(link::isUp);
    return link;
  }

  private NodeLink open(Function<RedisConnection, Future<Void>> admission) {
    return open(admission, Patience.LIMIT);
  }

  private NodeLink open(Function<RedisConnection, Future<Void>> admission, Duration timeout) {
    NodeLink link =
        new NodeLink(
            "test",
            vertx,
            vertx.getOrCreateContext(),
            LinkSettings.to(
                () ->
                    Redis.createClient(vertx, new RedisOptions().setConnectionString(redis.uri())),
                admission),
            new LinkSettings(timeout, Duration.ofMillis(100), MAX_PENDING));
    links.add(link);
    link.start();
    return link;
  }

  private static Response answer(Future<Response> reply) {
    return reply
        .toCompletionStage()
        .toCompletableFuture()
        .orTimeout(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS)
        .join();
  }

  private static ProblemType problem(Future<Response> reply) {
    try {
      answer(reply);
    } catch (CompletionException e) {
      if (e.getCause() instanceof ProblemException known) {
        return known.problem().type();
      }
      throw e;
    }
    throw new AssertionError("no problem");
  }
}
