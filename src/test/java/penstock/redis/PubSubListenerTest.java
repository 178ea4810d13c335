package penstock.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static penstock.Patience.await;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.ProtocolVersion;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import penstock.Patience;
import penstock.problem.ProblemException;

class PubSubListenerTest {

  /** For a link that is to be given up. */
  private static final Duration IMPATIENCE = Duration.ofMillis(400);

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private RedisServer redis;
  private NodeLink link;
  private PubSubListener pubSub;

  @BeforeEach
  void start() {
    redis = RedisServer.start();
    open(ProtocolVersion.RESP2, Patience.LIMIT);
  }

  private void open(ProtocolVersion protocol, Duration timeout) {
    var options =
        new RedisOptions().setConnectionString(redis.uri()).setPreferredProtocolVersion(protocol);
    link =
        new NodeLink(
            "test",
            vertx,
            context,
            LinkSettings.to(() -> Redis.createClient(vertx, options)),
            new LinkSettings(timeout, Duration.ofMillis(100), 64));
    pubSub = new PubSubListener(link, "ps:meta", (channel, news) -> heard.add(channel));
    link.start(pubSub);
  }

  @AfterEach
  void stop() {
    await(link.close());
    await(vertx.close());
    redis.close();
  }

  /** As whoever uses them does: on their context. */
  private <T> Future<T> there(Supplier<Future<T>> what) {
    Promise<T> done = Promise.promise();
    context.runOnContext(go -> what.get().onComplete(done));
    return done.future();
  }

  private void listen(String name) {
    await(there(() -> pubSub.listen(name)));
  }

  private void leave(String name) {
    await(
        there(
            () -> {
              pubSub.leave(name);
              return Future.succeededFuture();
            }));
  }

  private int listeners(String name) {
    return Integer.parseInt(((List<?>) redis.ask("PUBSUB", "NUMSUB", name)).get(1).toString());
  }

  private int publish(String name) {
    return Integer.parseInt(redis.ask("PUBLISH", name, "").toString());
  }

  private long heardOf(String name) {
    return heard.stream().filter(name::equals).count();
  }

  @ParameterizedTest
  @EnumSource
  void hearsAllThatIsPublishedOnceItListens(ProtocolVersion protocol) {
    await(link.close());
    open(protocol, Patience.LIMIT);
    listen("a");
    heard.clear();
    for (int i = 0; i < 1_000; i++) {
      assertThat(publish("a")).isOne();
      publish("b");
    }
    await().until(() -> heardOf("a") == 1_000);
    assertThat(heardOf("b")).isZero();
  }

  @Test
  void hearsUntilTheLastOneLeaves() {
    listen("a");
    listen("a");
    leave("a");
    assertThat(publish("a")).isOne();
    leave("a");
    await().until(() -> publish("a") == 0);
    listen("a");
    assertThat(publish("a")).isOne();
  }

  @Test
  void countsEachAsHeardWhenItWasAway() {
    List<String> names = IntStream.range(0, 1_000).mapToObj(i -> "c" + i).toList();
    await(Future.all(names.stream().map(name -> there(() -> pubSub.listen(name))).toList()));
    heard.clear();

    redis.ask("CLIENT", "KILL", "TYPE", "pubsub");

    await().until(() -> heard.containsAll(names));
    assertThat(publish("c999")).isOne();
    assertThat(link.pending()).isZero();
  }

  @Test
  void noticesALinkOnWhichNothingCanCome() {
    await(link.close());
    open(ProtocolVersion.RESP2, IMPATIENCE);
    listen("a");
    heard.clear();
    redis.pause();
    await().until(() -> !link.isUp());
    assertThat(link.downReason()).contains("no answer within 400 ms");
    redis.resume();
    await().until(() -> heardOf("a") > 0);
    await().until(() -> publish("a") == 1);
  }

  @Test
  void failsToListenWhileRedisIsAway() {
    listen("a");
    redis.kill();
    await().until(() -> !link.isUp());
    assertThatThrownBy(() -> listen("b")).hasRootCauseInstanceOf(ProblemException.class);
    redis.startAgain();
    await().until(() -> publish("a") == 1);
    assertThat(publish("b")).isZero();
  }

  /** Others would take it for one that hears what it does not. */
  @Test
  void hearsAllOnlyWhileRedisCountsIt() {
    listen("a");
    assertThat(pubSub.hearsAll()).isTrue();
    redis.ask("ACL", "SETUSER", "default", "resetchannels");
    await().until(() -> listeners("a") == 0 && !pubSub.hearsAll());
    redis.ask("ACL", "SETUSER", "default", "allchannels");
    await().until(pubSub::hearsAll);
    assertThat(listeners("a")).isOne();
    redis.kill();
    await().until(() -> !pubSub.hearsAll());
    leave("a");
    redis.startAgain();
    await().until(pubSub::hearsAll);
  }

  @Test
  void goesOnWithoutNewsWhereTheyAreForbidden() {
    await(link.close());
    open(ProtocolVersion.RESP2, Duration.ofSeconds(4));
    listen("a");
    redis.ask("ACL", "SETUSER", "default", "resetchannels");
    await().until(() -> listeners("a") == 0);
    listen("b");
    assertThat(listeners("b")).isZero();

    redis.ask("ACL", "SETUSER", "default", "allchannels");

    await().until(() -> publish("a") == 1 && publish("b") == 1);
  }
}
