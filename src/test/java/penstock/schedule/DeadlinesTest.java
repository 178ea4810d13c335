package penstock.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Response;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.redis.Keys;
import penstock.redis.RedisLinks;
import penstock.redis.RedisNumber;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;
import penstock.redis.Script;
import penstock.stream.Partition;
import penstock.stream.StreamName;
import penstock.stream.log.EventLog;
import penstock.stream.log.LogWriter;
import penstock.stream.registry.Streams;

/**
 * The engine with a source of the test's own: members of a sorted set that are popped when they are
 * due. Nothing is looked for without a reason here: what is found was noted, heard of, or swept.
 */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(DeadlinesTest.Profile.class)
class DeadlinesTest {

  public static final class Profile implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "penstock.projection.enabled", "false",
          "penstock.streams.trim-interval", "1h",
          "penstock.streams.declared.partitions", "2");
    }
  }

  /** Not that of the service, which knows nothing of the test's source. */
  private static final Keys INDEX_KEYS = new Keys("engine");

  private static final String INDEX = INDEX_KEYS.deadlines();
  private static final String CLAIMED = INDEX_KEYS.claimedDeadlines();

  private static final int STEP = 10;

  /** Pops ten at most; tells those, and the first that is left. */
  private static final Script POP =
      Script.of(
          """
          local time = redis.call('TIME')
          local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
          local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 10, 'WITHSCORES')
          for i = 1, #due, 2 do
            redis.call('ZREM', KEYS[1], due[i])
            due[i] = due[i] .. ' ' .. now - due[i + 1]
          end
          local left = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
          return {left[2] or '', unpack(due)}
          """);

  RedisServer redis;
  @Inject Vertx vertx;
  @Inject RedisLinks links;
  @Inject EventLog log;
  @Inject Streams streams;
  @Inject LogWriter writer;

  private final List<Deadlines> instances = new ArrayList<>();
  private final ConcurrentLinkedQueue<String> popped = new ConcurrentLinkedQueue<>();
  private final AtomicInteger pops = new AtomicInteger();
  private DeadlineSource source;

  private record Settings(Duration checkInterval, Duration sweepInterval)
      implements ScheduleConfig {

    @Override
    public Duration maxDelay() {
      throw new UnsupportedOperationException();
    }

    @Override
    public long maxEvents() {
      throw new UnsupportedOperationException();
    }
  }

  @BeforeEach
  void begin() {
    writer.awaitLink();
    redis.flush();
    source = new DeadlineSource("test", of -> of.base() + "due:test", this::pop);
  }

  @AfterEach
  void end() {
    instances.forEach(Deadlines::close);
  }

  private Deadlines instance(Duration check, Duration sweep) {
    var instance =
        new Deadlines(
            vertx,
            links,
            INDEX_KEYS,
            log,
            streams,
            new Settings(check, sweep),
            new SimpleMeterRegistry());
    instance.add(source);
    instances.add(instance);
    return instance;
  }

  private Deadlines instance() {
    return instance(Duration.ofHours(1), Duration.ofHours(1));
  }

  private Future<OptionalLong> pop(Partition partition) {
    pops.incrementAndGet();
    return POP.run(writer.link(), POP.call(source.deadlines().apply(log.keys(partition))))
        .map(
            reply -> {
              for (int i = 1; i < reply.size(); i += 2) {
                popped.add(reply.get(i).toString());
              }
              return next(reply.get(0));
            });
  }

  private static OptionalLong next(Response first) {
    return first.toString().isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(RedisNumber.longOf(first));
  }

  private static Partition partition(String stream) {
    return new Partition(new StreamName(stream), 0);
  }

  private long now() {
    List<?> time = (List<?>) redis.ask("TIME");
    return Long.parseLong(time.get(0).toString()) * 1_000
        + Long.parseLong(time.get(1).toString()) / 1_000;
  }

  /** Writes a deadline as a feature would, without the index. */
  private long write(String stream, String member, long millis) {
    long deadline = now() + millis;
    redis.ask("ZADD", "ps:{" + stream + "/0}:due:test", deadline, member);
    return deadline;
  }

  private void schedule(Deadlines by, String stream, String member, long millis) {
    long deadline = write(stream, member, millis);
    await(by.hint(source, partition(stream), deadline, writer.link()));
  }

  private List<String> names() {
    return popped.stream().map(name -> name.split(" ")[0]).toList();
  }

  private void awaitQuiet() {
    await()
        .untilAsserted(
            () -> {
              assertThat((List<?>) redis.ask("ZRANGE", CLAIMED, 0, -1)).isEmpty();
              assertThat((List<?>) redis.ask("ZRANGE", INDEX, 0, -1)).hasSize(1);
            });
  }

  @Test
  void doesWhatIsDueInOrderAndNotBefore() {
    Deadlines one = instance();
    schedule(one, "a", "third", 300);
    schedule(one, "a", "first", 100);
    schedule(one, "b", "second", 200);
    await().until(() -> popped.size() == 3);
    assertThat(names()).containsExactly("first", "second", "third");
    assertThat(popped).allSatisfy(name -> assertThat(late(name)).isPositive());
    awaitQuiet();
  }

  private static int late(String name) {
    return Integer.parseInt(name.split(" ")[1]);
  }

  @Test
  void anotherInstanceHearsOfAnEarlierDeadline() {
    Deadlines sleeps = instance();
    schedule(sleeps, "a", "late", 3_600_000);
    awaitClaims();
    // Notes it and is gone: the other one has to do it.
    Deadlines dies =
        new Deadlines(
            vertx, links, INDEX_KEYS, log, streams, settings(), new SimpleMeterRegistry());
    schedule(dies, "a", "soon", 50);
    await().until(() -> names().equals(List.of("soon")));
  }

  private void awaitClaims() {
    await()
        .untilAsserted(() -> assertThat((List<?>) redis.ask("ZRANGE", CLAIMED, 0, -1)).isEmpty());
  }

  private static Settings settings() {
    return new Settings(Duration.ofHours(1), Duration.ofHours(1));
  }

  @Test
  void aClaimThatIsNeverEndedIsTakenOver() {
    long deadline = write("a", "left", -50);
    redis.ask("ZADD", CLAIMED, now() + 100, "test/a/0");
    assertThat(deadline).isLessThan(now());
    instance();
    await().until(() -> names().equals(List.of("left")));
    awaitQuiet();
  }

  @Test
  void manyAtOnceAreDoneInStepsByAllInstances() {
    List<Deadlines> three = List.of(instance(), instance(), instance());
    List<String> members = IntStream.range(0, 200).mapToObj(i -> "m" + i).toList();
    members.forEach(member -> schedule(three.get(0), "a", member, 100));
    await().until(() -> popped.size() == members.size());
    assertThat(names()).containsExactlyInAnyOrderElementsOf(members);
    assertThat(pops.get()).isGreaterThanOrEqualTo(members.size() / STEP);
    awaitQuiet();
  }

  @Test
  void manyPartitionsAtOnce() {
    Deadlines one = instance();
    List<String> members = IntStream.range(0, 100).mapToObj(i -> "p" + i).toList();
    members.forEach(member -> schedule(one, member, member, 200));
    await().until(() -> popped.size() == members.size());
    assertThat(names()).containsExactlyInAnyOrderElementsOf(members);
    awaitQuiet();
  }

  @Test
  void theSweepFindsWhatWasNeverNoted() {
    await(streams.find(new StreamName("declared")));
    redis.ask("ZADD", "ps:{declared/1}:due:test", now() + 50, "forgotten");
    instance();
    await().until(() -> names().equals(List.of("forgotten")));
  }

  /** The sweep's own link may come back later than the index's, and Redis not say what is there. */
  @Test
  void aSweepThatFailsIsDoneAgain() {
    String registry = new Keys("ps").streams();
    redis.ask("SET", registry, "no hash");
    instance();
    await().untilAsserted(() -> assertThat((List<?>) redis.ask("ZRANGE", INDEX, 0, -1)).hasSize(1));
    awaitClaims();
    write("declared", "found", 50);
    redis.ask("DEL", registry);
    await().until(() -> names().equals(List.of("found")));
  }

  @Test
  void anIndexThatIsLostIsMadeAgain() {
    Deadlines one = instance(Duration.ofMillis(20), Duration.ofHours(1));
    await(streams.find(new StreamName("declared")));
    schedule(one, "declared", "found", 700);
    awaitClaims();
    redis.ask("DEL", INDEX);
    await().until(() -> names().equals(List.of("found")));
  }

  @Test
  void aRedisThatWasStartedAgainIsSwept() {
    instance();
    await(streams.find(new StreamName("declared")));
    write("declared", "kept", 500);
    redis.restart();
    await().until(() -> names().equals(List.of("kept")));
  }

  @Test
  void oneThatCannotBeDoneDoesNotKeepTheOthersFromIt() {
    Deadlines one = instance();
    redis.ask("SET", "ps:{broken/0}:due:test", "no sorted set");
    await(one.hint(source, partition("broken"), now(), writer.link()));
    schedule(one, "sound", "done", 50);
    await().until(() -> names().equals(List.of("done")));
    redis.ask("DEL", "ps:{broken/0}:due:test");
    awaitQuiet();
  }

  @Test
  void anEarlierHintWhileItIsClaimedIsNotLost() {
    Deadlines one = instance();
    for (int i = 0; i < 200; i++) {
      String member = "h" + i;
      schedule(one, "a", member, 1);
    }
    await().until(() -> popped.size() == 200);
    awaitQuiet();
  }

  @Test
  void worksOnAFullRedis() {
    Deadlines one = instance();
    schedule(one, "a", "drained", 300);
    redis.ask("CONFIG", "SET", "maxmemory", 1);
    try {
      await().until(() -> names().equals(List.of("drained")));
    } finally {
      redis.ask("CONFIG", "SET", "maxmemory", 0);
    }
  }
}
