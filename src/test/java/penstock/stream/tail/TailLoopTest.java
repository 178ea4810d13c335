package penstock.stream.tail;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.Future;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.event.Event;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;
import penstock.stream.LogEntry;
import penstock.stream.LogState;
import penstock.stream.Partition;
import penstock.stream.Position;
import penstock.stream.StreamName;
import penstock.stream.log.EventLog;
import penstock.stream.log.LogWriter;

/** Quiet logs are never looked at here: what is delivered was heard of. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(TailLoopTest.Settings.class)
class TailLoopTest {

  public static final class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "penstock.tail.check-interval", "1h",
          "penstock.tail.read-count", "10",
          "penstock.streams.trim-interval", "1h",
          "penstock.projection.enabled", "false");
    }
  }

  private static final int MANY = 300;

  RedisServer redis;
  @Inject Tail tail;
  @Inject LogWriter writer;
  @Inject EventLog log;

  private final List<Runnable> ends = new ArrayList<>();

  @BeforeEach
  void connect() {
    writer.awaitLink();
  }

  @AfterEach
  void leave() {
    ends.forEach(Runnable::run);
  }

  private <F extends TailListener> Future<LogState> follow(Partition partition, F listener) {
    ends.add(() -> tail.unfollow(partition, listener));
    return tail.follow(partition, listener);
  }

  private static Partition partition(String name) {
    return new Partition(new StreamName(name), 0);
  }

  @Test
  void deliversAllOfManyLogs() {
    List<RecordingListener> all =
        IntStream.range(0, MANY).mapToObj(i -> new RecordingListener()).toList();
    await(
        Future.all(
            IntStream.range(0, MANY)
                .mapToObj(i -> follow(partition("many" + i), all.get(i)))
                .toList()));
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < MANY; i++) {
        writer.append(partition("many" + i).stream(), "e" + round);
      }
    }
    await().until(() -> all.stream().allMatch(notes -> notes.ids.size() == 3));
    assertThat(all).allSatisfy(notes -> assertThat(notes.ids).containsExactly("e0", "e1", "e2"));
  }

  @Test
  void readsOnAfterAReadThatWasNotEnough() {
    var notes = new RecordingListener();
    await(follow(partition("backlog"), notes));
    String[] ids = IntStream.range(0, 200).mapToObj(Integer::toString).toArray(String[]::new);
    writer.append(partition("backlog").stream(), ids);
    await().until(() -> notes.ids.size() == ids.length);
    assertThat(notes.ids).containsExactly(ids);
  }

  @Test
  void wakes() {
    var sleeper = new RecordingListener.Sleeper();
    await(follow(partition("sleepy"), sleeper));
    for (int i = 0; i < 20; i++) {
      Position last = writer.append(partition("sleepy").stream(), Integer.toString(i)).getFirst();
      await().until(() -> lastDelivered(sleeper).equals(last));
    }
  }

  private static Position lastDelivered(RecordingListener notes) {
    return notes.calls.isEmpty() ? Position.ZERO : notes.calls.getLast().last();
  }

  @Test
  void missesNothingThatIsAppendedWhileNothingIsHeard() {
    var notes = new RecordingListener();
    await(follow(partition("deaf"), notes));
    for (int i = 0; i < 20; i++) {
      redis.ask("CLIENT", "KILL", "TYPE", "pubsub");
      writer.append(partition("deaf").stream(), Integer.toString(i));
      int wanted = i + 1;
      await().until(() -> notes.ids.size() == wanted);
    }
    assertThat(notes.ids)
        .containsExactlyElementsOf(IntStream.range(0, 20).mapToObj(Integer::toString).toList());
    assertThat(notes.moves).isEmpty();
  }

  @Test
  void readsNothingOfWhatIsTold() {
    var notes = new RecordingListener();
    await(follow(partition("told"), notes));
    writer.append(partition("told").stream(), "first");
    await().until(() -> notes.ids.size() == 1);
    long reads = redis.calls("xread");
    for (int i = 0; i < 20; i++) {
      writer.append(partition("told").stream(), Integer.toString(i), "and" + i);
      int wanted = 2 * i + 3;
      await().until(() -> notes.ids.size() == wanted);
    }
    assertThat(redis.calls("xread")).isEqualTo(reads);
    assertThat(notes.moves).isEmpty();
  }

  /** Told is what is little. The rest is read, and what is told behind that follows it. */
  @Test
  void deliversEachOnceAndInOrderWhetherToldOrRead() {
    Partition log = partition("mixed");
    List<LogEntry> delivered = new CopyOnWriteArrayList<>();
    var notes =
        new RecordingListener() {
          @Override
          public void appended(LogState now, List<LogEntry> entries) {
            super.appended(now, entries);
            delivered.addAll(entries);
          }
        };
    await(follow(log, notes));
    var random = new Random(5);
    List<Future<?>> appends = new ArrayList<>();
    int events = 0;
    for (int i = 0; i < 400; i++) {
      List<Event> some = new ArrayList<>();
      int size = random.nextInt(8) == 0 ? 40 : 1 + random.nextInt(3);
      for (int k = 0; k < size; k++) {
        String text = "é".repeat(random.nextInt(random.nextInt(10) == 0 ? 6_000 : 200));
        some.add(LogWriter.event("e" + events++, "s" + k, "test", "{\"a\":\"" + text + "\"}"));
      }
      appends.add(writer.begin(log, some));
      if (random.nextInt(20) == 0) {
        await(Future.join(appends));
      }
    }
    int all = events;
    await().until(() -> delivered.size() >= all);
    assertThat(delivered).isEqualTo(written(log, all));
    assertThat(notes.moves).isEmpty();
  }

  private List<LogEntry> written(Partition partition, int most) {
    return await(log.page(partition, Position.ZERO, most + 1, writer.link())).entries();
  }

  /** The length of the log does not show it, since as many were removed. */
  @Test
  void missesNothingThatAnotherHandPutBeforeWhatIsTold() {
    Partition log = partition("others");
    var notes = new RecordingListener();
    await(follow(log, notes));
    Position a = writer.append(log.stream(), "a").getFirst();
    writer.append(log.stream(), "b");
    await().until(() -> notes.ids.size() == 2);
    String events = this.log.keys(log).events();
    try (var conversation = redis.open()) {
      conversation.ask("MULTI");
      conversation.ask("XADD", events, "*", "id", "x", "source", "/", "type", "t");
      conversation.ask("XDEL", events, a.toString());
      conversation.ask("EXEC");
    }
    writer.append(log.stream(), "c");
    await().until(() -> notes.ids.contains("c"));
    assertThat(notes.ids).containsExactly("a", "b", "x", "c");
  }

  @Test
  void goesOnBehindWhatIsNotUnderstood() {
    Partition log = partition("strange");
    var notes = new RecordingListener();
    await(follow(log, notes));
    redis.ask("PUBLISH", this.log.keys(log).told(), "hello");
    redis.ask("PUBLISH", this.log.keys(log).told(), "\u0001");
    writer.append(log.stream(), "a");
    await().until(() -> notes.ids.equals(List.of("a")));
  }

  @Test
  void hearsOfANewLife() {
    var notes = new RecordingListener();
    writer.append(partition("lost").stream(), "a");
    await(follow(partition("lost"), notes));
    redis.flush();
    writer.append(partition("lost").stream(), "b");
    await().until(() -> notes.moves.size() == 1);
    writer.append(partition("lost").stream(), "c");
    await().until(() -> notes.ids.contains("c"));
  }

  /** Naming all that is followed in each read made an event the dearer the more was followed. */
  @Test
  void whatAnEventCostsDoesNotDependOnWhatElseIsFollowed() {
    long alone = bytesForEvents("cost");
    for (int i = 0; i < MANY; i++) {
      await(follow(partition("idle" + i), new RecordingListener()));
    }
    assertThat(bytesForEvents("cost")).isLessThanOrEqualTo(2 * alone);
  }

  /** Bytes that Redis was sent for some events that were appended, read and observed. */
  private long bytesForEvents(String stream) {
    var notes = new RecordingListener();
    await(follow(partition(stream), notes));
    writer.append(partition(stream).stream(), "first" + System.nanoTime());
    await().until(() -> notes.ids.size() == 1);
    long before = received();
    for (int i = 0; i < 50; i++) {
      String id = "more" + i;
      writer.append(partition(stream).stream(), id + System.nanoTime());
      int wanted = i + 2;
      await().until(() -> notes.ids.size() == wanted);
    }
    return received() - before;
  }

  private long received() {
    return redis
        .ask("INFO", "stats")
        .toString()
        .lines()
        .filter(line -> line.startsWith("total_net_input_bytes:"))
        .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1)))
        .sum();
  }
}
