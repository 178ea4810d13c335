package penstock.stream.tail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static penstock.Patience.await;

import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.Future;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import penstock.problem.ProblemException;
import penstock.redis.Keys;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;
import penstock.stream.LogEntry;
import penstock.stream.LogState;
import penstock.stream.Partition;
import penstock.stream.Position;
import penstock.stream.StreamName;
import penstock.stream.log.EventLog;
import penstock.stream.log.LogWriter;

@QuarkusTest
@WithTestResource(
    value = RedisResource.class,
    initArgs = @ResourceArg(name = "options", value = "--databases 3 --appendfsync always"))
@TestProfile(TailTest.Settings.class)
public class TailTest {

  /** The timers of the service that call scripts are few: a test counts its own calls. */
  public static final class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("penstock.streams.trim-interval", "1h", "penstock.projection.enabled", "false");
    }
  }

  private static final AtomicInteger NAMES = new AtomicInteger();

  RedisServer redis;
  @Inject Tail tail;
  @Inject Keys keys;
  @Inject EventLog log;
  @Inject LogWriter writer;

  private final StreamName stream = new StreamName("tail-" + NAMES.incrementAndGet());
  private final Partition partition = new Partition(stream, 0);
  private final List<Runnable> ends = new ArrayList<>();

  @BeforeEach
  void connect() {
    writer.awaitLink();
    await().ignoreExceptions().until(() -> await(log.observe(partition)) != null);
  }

  @AfterEach
  void leave() {
    ends.forEach(Runnable::run);
  }

  private <F extends TailListener> F follow(Partition which, F listener) {
    await(tail.follow(which, listener));
    ends.add(() -> tail.unfollow(which, listener));
    return listener;
  }

  private static String[] ids(int from, int to) {
    return IntStream.range(from, to).mapToObj(Integer::toString).toArray(String[]::new);
  }

  @Test
  void deliversWhatIsAppendedAfterTheStateItGave() {
    writer.append(stream, "before");
    var notes = new RecordingListener();
    LogState from = await(tail.follow(partition, notes));
    ends.add(() -> tail.unfollow(partition, notes));
    List<Position> positions = writer.append(stream, "a", "b");
    await().until(() -> notes.ids.size() == 2);
    assertThat(notes.ids).containsExactly("a", "b");
    assertThat(from.last()).isLessThan(positions.getFirst());
    assertThat(notes.calls.getLast().last()).isEqualTo(positions.getLast());
  }

  @Test
  void deliversTheSameToEveryListener() {
    var first = follow(partition, new RecordingListener());
    writer.append(stream, "a");
    await().until(() -> first.ids.size() == 1);
    var second = follow(partition, new RecordingListener());
    writer.append(stream, "b");
    await().until(() -> first.ids.size() == 2 && second.ids.size() == 1);
    assertThat(first.ids).containsExactly("a", "b");
    assertThat(second.ids).containsExactly("b");
  }

  /** Quiet logs are looked at once a second; who joins waits for much less. */
  @Test
  void isWokenWhenTheSetChangesWhileItReads() {
    follow(partition, new RecordingListener());
    List<Duration> waits = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      StreamName other = new StreamName(stream + ".o" + i);
      var notes = follow(new Partition(other, 0), new RecordingListener());
      long began = System.nanoTime();
      writer.append(other, "a");
      await().pollInterval(Duration.ofMillis(1)).until(() -> !notes.ids.isEmpty());
      waits.add(Duration.ofNanos(System.nanoTime() - began));
    }
    waits.sort(null);
    assertThat(waits.get(waits.size() / 2)).isLessThan(Duration.ofMillis(500));
  }

  @Test
  void worksOnAFullRedis() {
    writer.append(stream, "a");
    follow(partition, new RecordingListener());
    redis.ask("CONFIG", "SET", "maxmemory", "1");
    try {
      List<Duration> waits = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        StreamName other = new StreamName(stream + ".full" + i);
        long began = System.nanoTime();
        follow(new Partition(other, 0), new RecordingListener());
        waits.add(Duration.ofNanos(System.nanoTime() - began));
      }
      assertThat(Collections.min(waits)).isLessThan(Duration.ofMillis(900));
    } finally {
      redis.ask("CONFIG", "SET", "maxmemory", "0");
    }
  }

  @Test
  void readsABacklogInOrderWithoutAGap() {
    var notes = follow(partition, new RecordingListener());
    for (int i = 0; i < 5_000; i += 100) {
      writer.append(stream, ids(i, i + 100));
    }
    await().until(() -> notes.ids.size() >= 5_000);
    assertThat(notes.ids).containsExactly(ids(0, 5_000));
  }

  @Test
  void wakesWithoutReadingTheEntries() {
    var sleeper = follow(partition, new RecordingListener.Sleeper());
    List<Position> positions = List.of();
    for (int i = 0; i < 1_000; i += 100) {
      positions = writer.append(stream, ids(i, i + 100));
    }
    Position last = positions.getLast();
    await().until(() -> !sleeper.calls.isEmpty() && sleeper.calls.getLast().last().equals(last));
    assertThat(sleeper.ids).isEmpty();
    assertThat(sleeper.calls.size()).isLessThanOrEqualTo(10);
  }

  /**
   * A link whose connection was killed may still count as up; what is repeated with the same id is
   * in the log once.
   */
  private void appendThoughLinksAreLost(String id) {
    await().ignoreExceptions().until(() -> !writer.append(stream, id).isEmpty());
  }

  @Test
  void goesOnAfterTheConnectionWasLost() {
    var notes = follow(partition, new RecordingListener());
    for (int i = 0; i < 20; i++) {
      redis.ask("CLIENT", "KILL", "TYPE", "normal");
      appendThoughLinksAreLost(Integer.toString(i));
    }
    await().until(() -> notes.ids.size() >= 20);
    assertThat(notes.ids).containsExactly(ids(0, 20));
    assertThat(notes.moves).isEmpty();
  }

  @Test
  void goesOnInTheNextTermWhenNothingIsMissing() {
    var notes = follow(partition, new RecordingListener());
    writer.append(stream, "a");
    await().until(() -> notes.ids.size() == 1);
    Position a = notes.calls.getLast().last();
    int term = notes.calls.getLast().term().number();
    redis.restart();
    writer.awaitLink();
    writer.append(stream, "b");
    await().until(() -> notes.ids.size() == 2);
    assertThat(notes.ids).containsExactly("a", "b");
    assertThat(notes.calls.getLast().term().number()).isEqualTo(term + 1);
    // Who is ahead of the tail must look whether what it has is still there.
    assertThat(notes.moves).hasSize(1);
    assertThat(notes.moves.getFirst().term().number()).isEqualTo(term + 1);
    assertThat(notes.moves.getFirst().last()).isEqualTo(a);
  }

  @Test
  void reportsANewLife() {
    writer.append(stream, "a");
    var notes = follow(partition, new RecordingListener());
    redis.flush();
    await().until(() -> notes.moves.size() == 1);
    writer.append(stream, "b");
    await().until(() -> notes.ids.size() == 1);
    assertThat(notes.ids).containsExactly("b");
  }

  /**
   * What began the new life lies before the end that is reported, unless it was seen before that.
   */
  @Test
  void reportsANewLifeThatBeginsWithAnAppend() {
    writer.append(stream, "a");
    var notes = follow(partition, new RecordingListener());
    redis.flush();
    Position b = writer.append(stream, "b").getFirst();
    await().until(() -> notes.moves.size() == 1);
    boolean isBehind = notes.moves.getFirst().last().equals(b);
    writer.append(stream, "c");
    await().until(() -> notes.ids.contains("c"));
    assertThat(notes.ids).isEqualTo(isBehind ? List.of("c") : List.of("b", "c"));
    assertThat(notes.moves).hasSize(1);
  }

  @Test
  void doesNotWaitForeverBehindALogThatMovedBack() {
    writer.append(stream, "a");
    String events = log.keys(partition).events();
    String future = Long.toString(System.nanoTime() + (1L << 50));
    redis.ask("XADD", events, future + "-0", "id", "b", "source", "/", "type", "t");
    redis.ask("HSET", log.keys(partition).log(), "last", future + "-0");
    var notes = follow(partition, new RecordingListener());
    // at once, as a master does that is another: nobody sees a part of it
    try (var conversation = redis.open()) {
      conversation.ask("MULTI");
      conversation.ask("DEL", events);
      conversation.ask("XADD", events, "5-0", "id", "c", "source", "/", "type", "t");
      conversation.ask("HSET", log.keys(partition).log(), "last", "5-0");
      conversation.ask("EXEC");
    }
    await().until(() -> notes.moves.size() == 1);
    writer.append(stream, "d");
    await().until(() -> notes.ids.equals(List.of("d")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"trimmed 2-0 removed 2", "trimmed 0-0 removed 0"})
  void reportsThatWhatComesNextWasTrimmed(String noted) {
    var notes = follow(partition, new RecordingListener());
    try (var conversation = redis.open()) {
      String events = log.keys(partition).events();
      conversation.ask("MULTI");
      for (int i = 1; i <= 3; i++) {
        conversation.ask("XADD", events, i + "-0", "id", i, "source", "/", "type", "t");
      }
      conversation.ask("XTRIM", events, "MINID", "3-0");
      var note = new ArrayList<Object>(List.of("HSET", log.keys(partition).log()));
      note.addAll(List.of("last", "3-0", "appended", 3));
      note.addAll(List.of(noted.split(" ")));
      conversation.ask(note.toArray());
      conversation.ask("EXEC");
    }
    await().until(() -> notes.moves.size() == 1);
    assertThat(notes.ids).isEmpty();
    assertThat(notes.moves.getFirst().last()).isEqualTo(new Position(3, 0));
  }

  /** What is left and what was appended show that something is gone, though nobody noted it. */
  @Test
  void seesWhatAnotherHandRemoved() {
    List<Position> positions = writer.append(stream, "a", "b", "c", "d", "e");
    String events = log.keys(partition).events();
    assertThat(await(log.observe(partition)).trimmed()).isEqualTo(Position.ZERO);

    redis.ask("XTRIM", events, "MAXLEN", 2);
    Position trimmed = await(log.observe(partition)).trimmed();
    assertThat(trimmed).isGreaterThanOrEqualTo(positions.get(2)).isLessThan(positions.get(3));
    // Found out once, not again with each look.
    writer.append(stream, "f");
    assertThat(await(log.observe(partition)).trimmed()).isEqualTo(trimmed);

    Position last = await(log.observe(partition)).last();
    redis.ask("XTRIM", events, "MAXLEN", 0);
    // Noticed by the append too, so that what it appends counts as following what was removed.
    writer.append(stream, "g");
    assertThat(await(log.observe(partition)).trimmed()).isEqualTo(last);
  }

  @Test
  void seesWhatAnotherHandAppended() {
    writer.append(stream, "a");
    Object foreign = redis.ask("XADD", log.keys(partition).events(), "*", "hello", "world");
    LogState seen = await(log.observe(partition));
    assertThat(seen.last()).isEqualTo(Position.parse(foreign.toString()));
    assertThat(seen.appended()).isEqualTo(2);
    redis.ask("XADD", log.keys(partition).events(), "*", "hello", "world");
    // Noticed by the append too.
    Position last = writer.append(stream, "b").getFirst();
    seen = await(log.observe(partition));
    assertThat(seen.last()).isEqualTo(last);
    assertThat(seen.appended()).isEqualTo(4);
    assertThat(seen.trimmed()).isEqualTo(Position.ZERO);
  }

  @Test
  void skipsWhatIsNoEvent() {
    var notes = follow(partition, new RecordingListener());
    writer.append(stream, "a");
    redis.ask("XADD", log.keys(partition).events(), "*", "hello", "world");
    writer.append(stream, "b");
    await().until(() -> notes.ids.size() == 2);
    assertThat(notes.ids).containsExactly("a", "b");
    redis.ask("XADD", log.keys(partition).events(), "*", "hello", "world");
    redis.ask("CLIENT", "KILL", "TYPE", "normal");
    appendThoughLinksAreLost("c");
    await().until(() -> notes.ids.contains("c"));
    assertThat(notes.ids).containsExactly("a", "b", "c");
    assertThat(notes.moves).isEmpty();
  }

  @Test
  void aBrokenLogDoesNotStopTheOthers() {
    var notes = follow(partition, new RecordingListener());
    StreamName broken = new StreamName(stream + ".broken");
    var victim = follow(new Partition(broken, 0), new RecordingListener());
    String key = keys.partition(broken.value(), 0).events();
    redis.ask("SET", key, "a string");
    for (int i = 0; i < 5; i++) {
      redis.ask("CLIENT", "KILL", "TYPE", "normal");
      appendThoughLinksAreLost(Integer.toString(i));
      int wanted = i + 1;
      await().until(() -> notes.ids.size() == wanted);
    }
    redis.ask("DEL", key);
    writer.append(broken, "a");
    await().until(() -> victim.ids.contains("a") || !victim.moves.isEmpty());
  }

  /** Follows so many logs that several calls are needed to observe them. */
  private List<RecordingListener> followMany(List<Partition> logs) {
    List<RecordingListener> all = logs.stream().map(log -> new RecordingListener()).toList();
    await(
        Future.all(
            IntStream.range(0, logs.size())
                .mapToObj(i -> tail.follow(logs.get(i), all.get(i)))
                .toList()));
    ends.add(
        () -> IntStream.range(0, logs.size()).forEach(i -> tail.unfollow(logs.get(i), all.get(i))));
    return all;
  }

  private List<Partition> many() {
    return IntStream.range(0, 200)
        .mapToObj(i -> new Partition(new StreamName(stream + ".m" + i), 0))
        .toList();
  }

  @Test
  void observesManyLogsInACall() {
    List<Partition> logs = many();
    List<RecordingListener> all = followMany(logs);
    long before = scriptsRun();
    try (var conversation = redis.open()) {
      conversation.ask("MULTI");
      for (Partition one : logs) {
        conversation.ask(
            "XADD", log.keys(one).events(), "1-0", "id", "a", "source", "/", "type", "t");
        conversation.ask("HSET", log.keys(one).log(), "last", "1-0");
      }
      conversation.ask("EXEC");
    }
    await().until(() -> all.stream().allMatch(notes -> notes.ids.equals(List.of("a"))));
    // Two calls for the 200 that brought something; others are of the service's own timers.
    assertThat(scriptsRun() - before).isLessThan(100);
  }

  private long scriptsRun() {
    Matcher calls =
        Pattern.compile("cmdstat_evalsha:calls=(\\d+)")
            .matcher(redis.ask("INFO", "commandstats").toString());
    return calls.find() ? Long.parseLong(calls.group(1)) : 0;
  }

  @Test
  void reportsANewLifeOfEachOfMany() {
    List<Partition> logs = many();
    List<RecordingListener> all = followMany(logs);
    redis.flush();
    await().until(() -> all.stream().allMatch(notes -> notes.moves.size() == 1));
    assertThat(all.stream().map(notes -> notes.moves.getFirst().life())).doesNotHaveDuplicates();
    for (Partition one : logs) {
      writer.append(one.stream(), "b");
    }
    await().until(() -> all.stream().allMatch(notes -> notes.ids.equals(List.of("b"))));
  }

  @Test
  void writesNothingIfOneOfManyCannotBeObserved() {
    var sound = new Partition(new StreamName(stream + ".sound"), 0);
    redis.ask("SET", log.keys(partition).events(), "a string");
    assertThatThrownBy(() -> await(log.observe(List.of(sound, partition), writer.link())))
        .hasStackTraceContaining("WRONGTYPE");
    assertThat(redis.ask("EXISTS", log.keys(sound).log())).hasToString("0");
  }

  @Test
  void aFailingListenerDoesNotDisturbTheOthers() {
    follow(
        partition,
        new RecordingListener() {
          @Override
          public void appended(LogState log, List<LogEntry> entries) {
            throw new IllegalStateException("on purpose");
          }
        });
    var notes = follow(partition, new RecordingListener());
    writer.append(stream, "a");
    writer.append(stream, "b");
    await().until(() -> notes.ids.equals(List.of("a", "b")));
  }

  @Test
  void callsNobodyAfterItWasLeft() {
    var notes = new RecordingListener();
    await(tail.follow(partition, notes));
    tail.unfollow(partition, notes);
    var other = follow(partition, new RecordingListener());
    writer.append(stream, "a");
    await().until(() -> other.ids.size() == 1);
    assertThat(notes.ids).isEmpty();
  }

  @Test
  void failsToFollowWhileRedisIsAway() {
    redis.kill();
    try {
      await().until(() -> !writer.link().isUp());
      assertThatThrownBy(() -> await(tail.follow(partition, new RecordingListener())))
          .hasRootCauseInstanceOf(ProblemException.class);
    } finally {
      redis.startAgain();
      writer.awaitLink();
    }
  }
}
