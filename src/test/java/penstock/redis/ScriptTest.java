package penstock.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static penstock.Patience.await;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;

/**
 * On the oldest supported server and on the one that is installed, since they report scripts'
 * errors differently.
 */
class ScriptTest {

  private static final Script WRITE = Script.named("test-write");

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void isLoadedAgainAfterItWasForgotten(boolean bundled) {
    with(
        bundled,
        (redis, link) -> {
          assertThat(join(run(link, "a", "1"))).hasToString("OK");
          redis.ask("SCRIPT", "FLUSH");
          assertThat(join(run(link, "a", "2"))).hasToString("OK");
          assertThat(redis.ask("GET", "a")).isEqualTo("2");
        });
  }

  @Test
  void isLoadedAsOftenAsItIsForgotten() {
    with(
        false,
        (redis, link) -> {
          AtomicBoolean over = new AtomicBoolean();
          Thread flushing =
              Thread.ofVirtual()
                  .start(
                      () -> {
                        try (RedisConversation conversation = redis.open()) {
                          while (!over.get()) {
                            conversation.ask("SCRIPT", "FLUSH");
                          }
                        }
                      });
          for (int i = 0; i < 1_000; i++) {
            assertThat(join(run(link, "a", "" + i))).hasToString("OK");
          }
          over.set(true);
          join(flushing);
        });
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void tellsThatRedisIsFull(boolean bundled) {
    with(
        bundled,
        (redis, link) -> {
          join(run(link, "a", "1"));
          redis.ask("CONFIG", "SET", "maxmemory", 1);
          assertThatThrownBy(() -> join(run(link, "a", "2")))
              .isInstanceOfSatisfying(
                  ProblemException.class,
                  known -> assertThat(known.problem().type()).isEqualTo(ProblemType.REDIS_FULL));
          redis.ask("CONFIG", "SET", "maxmemory", 0);
          assertThat(join(run(link, "a", "3"))).hasToString("OK");
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void tellsTheCodeOfAnErrorInside(boolean bundled) {
    with(
        bundled,
        (redis, link) -> {
          redis.ask("RPUSH", "list", 1);
          assertThatThrownBy(() -> join(WRITE.run(link, WRITE.call("list").arg("append").arg("1"))))
              .isInstanceOfSatisfying(
                  RedisReplyException.class,
                  reply -> assertThat(reply.code()).isEqualTo("WRONGTYPE"));
          assertThatThrownBy(() -> join(WRITE.run(link, WRITE.call("list").arg("refuse").arg("1"))))
              .isInstanceOfSatisfying(
                  RedisReplyException.class, reply -> assertThat(reply.code()).isEqualTo("FENCED"));
        });
  }

  @Test
  void refusesToExistWithoutItsSource() {
    assertThatThrownBy(() -> Script.named("no-such-script"))
        .hasMessageContaining("lua/no-such-script.lua");
  }

  private static Future<Response> run(RedisLink link, String key, String value) {
    return WRITE.run(link, WRITE.call(key).arg("set").arg(value));
  }

  private interface Check {
    void on(RedisServer redis, RedisLink link);
  }

  private static void with(boolean bundled, Check check) {
    Vertx vertx = Vertx.vertx();
    try (var redis = bundled ? RedisServer.startBundled() : RedisServer.start()) {
      var link =
          new NodeLink(
              "test",
              vertx,
              vertx.getOrCreateContext(),
              LinkSettings.to(
                  () ->
                      Redis.createClient(
                          vertx, new RedisOptions().setConnectionString(redis.uri()))),
              new LinkSettings(Duration.ofSeconds(5), Duration.ofSeconds(1), 64));
      link.start();
      await().until(link::isUp);
      check.on(redis, link);
      link.close();
    } finally {
      join(vertx.close());
    }
  }

  private static <T> T join(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }
}
