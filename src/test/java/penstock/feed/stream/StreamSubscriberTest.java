package penstock.feed.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.core.ConditionTimeoutException;
import org.jboss.logging.Logger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import penstock.event.Event;
import penstock.feed.FeedClient;
import penstock.redis.Keys;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;
import penstock.stream.Partition;
import penstock.stream.StreamName;
import penstock.stream.log.LogWriter;

/**
 * Readers that come and go at random while writers append and Redis is disturbed: each must have
 * seen every event of the log once and in order, or have been told that it did not.
 */
// a killed Redis that has not synced may rightly have lost its tail, and then there is a reset
@QuarkusTest
@WithTestResource(
    value = RedisResource.class,
    initArgs = @ResourceArg(name = "options", value = "--databases 3 --appendfsync always"))
@TestProfile(StreamFeedsTest.Settings.class)
class StreamSubscriberTest {

  private static final Logger LOG = Logger.getLogger(StreamSubscriberTest.class);
  private static final AtomicInteger NAMES = new AtomicInteger();
  private static final int READERS = 12;
  private static final int WRITERS = 2;

  /** A log of so many events is worth looking at. */
  private static final int ENOUGH = 100;

  /** So many ids are told of what is wrong. */
  private static final int TOLD = 5;

  /** Some events are large, so that sockets fill. */
  private static final int LARGE = 20_000;

  enum Disturbance {
    NONE(30),
    CONNECTIONS_KILLED(30),
    REDIS_KILLED(5),
    LOG_LOST(3);

    final int times;

    Disturbance(int times) {
      this.times = times;
    }
  }

  RedisServer redis;
  @TestHTTPResource URI base;
  @Inject Keys keys;
  @Inject LogWriter writer;

  private final StreamName stream = new StreamName("resume-" + NAMES.incrementAndGet());
  private int partitions;
  private final AtomicBoolean appending = new AtomicBoolean(true);
  private final AtomicBoolean reading = new AtomicBoolean(true);

  /** What one reader knows after all its connections. */
  private final class Reader {

    final int number;
    final boolean filtered;
    final Random random;
    final List<String> ids = new CopyOnWriteArrayList<>();
    volatile int resets;
    volatile int connections;
    String lastEventId;

    Reader(int number, long seed) {
      this.number = number;
      this.filtered = number % 3 == 0;
      random = new Random(seed + number);
    }

    void run() {
      while (reading.get()) {
        String query = filtered ? "&subject=wanted" : "";
        try (FeedClient client =
            FeedClient.open(
                base.getPort(),
                "/streams/" + stream + "/feed?cursor=earliest" + query,
                lastEventId,
                random.nextBoolean() ? 4_096 : 0)) {
          connections++;
          stay(client);
          client.leave();
          take(client);
        } catch (UncheckedIOException refused) {
          LockSupport.parkNanos(10_000_000);
        }
      }
    }

    private void stay(FeedClient client) {
      long until = System.nanoTime() + random.nextInt(600) * 1_000_000L;
      while (reading.get() && !client.hasEnded() && System.nanoTime() < until) {
        if (random.nextInt(5) == 0) {
          client.pause();
          LockSupport.parkNanos(random.nextInt(100) * 1_000_000L);
          client.resume();
        }
        LockSupport.parkNanos(5_000_000);
      }
    }

    private void take(FeedClient client) {
      for (FeedClient.Message message : client.messages()) {
        switch (message.event()) {
          case "message" -> ids.add(FeedClient.idOf(message));
          case "reset" -> {
            resets++;
            ids.clear();
          }
          default -> {}
        }
      }
      lastEventId = client.lastEventId().isEmpty() ? null : client.lastEventId();
    }

    /** Reads until it is at the end of the log. */
    void finish(int wanted) {
      String query = filtered ? "?subject=wanted" : "";
      await()
          .until(
              () -> {
                try (FeedClient client =
                    FeedClient.open(
                        base.getPort(),
                        "/streams/"
                            + stream
                            + "/feed"
                            + (query.isEmpty() ? "?" : query + "&")
                            + "cursor=earliest",
                        lastEventId)) {
                  await().until(() -> client.hasEnded() || !client.messages("caught-up").isEmpty());
                  client.leave();
                  boolean live = !client.messages("caught-up").isEmpty();
                  take(client);
                  return live && ids.size() >= wanted;
                }
              });
    }
  }

  @ParameterizedTest
  @CsvSource({
    "NONE, 1",
    "CONNECTIONS_KILLED, 1",
    "REDIS_KILLED, 1",
    "LOG_LOST, 1",
    "NONE, 3",
    "CONNECTIONS_KILLED, 3",
    "REDIS_KILLED, 3",
    "LOG_LOST, 3"
  })
  void everyReaderSeesEveryEventOnceInOrder(Disturbance disturbance, int partitions)
      throws Exception {
    this.partitions = partitions;
    long seed = System.nanoTime();
    LOG.infof("seed=%d disturbance=%s partitions=%d", seed, disturbance, partitions);
    writer.awaitLink();
    redis.ask("HSET", keys.streams(), stream, partitions);
    List<CompletableFuture<Void>> writers = new ArrayList<>();
    for (int w = 0; w < WRITERS; w++) {
      int number = w;
      writers.add(
          CompletableFuture.runAsync(() -> write(number, seed), Thread::startVirtualThread));
    }
    List<Reader> readers = new ArrayList<>();
    List<CompletableFuture<Void>> running = new ArrayList<>();
    for (int r = 0; r < READERS; r++) {
      Reader reader = new Reader(r, seed);
      readers.add(reader);
      running.add(CompletableFuture.runAsync(reader::run, Thread::startVirtualThread));
    }
    for (int i = 0; i < disturbance.times; i++) {
      disturb(disturbance);
      int connections = readers.getFirst().connections;
      await().until(() -> readers.getFirst().connections > connections);
    }
    await().until(() -> log(false).size() > ENOUGH);
    appending.set(false);
    writers.forEach(CompletableFuture::join);
    reading.set(false);
    running.forEach(CompletableFuture::join);
    List<String> all = log(false);
    List<String> wanted = log(true);
    LOG.infof("events=%d", all.size());
    for (Reader reader : readers) {
      List<String> expected = reader.filtered ? wanted : all;
      String who =
          "reader %d, %s, %d partitions, seed %d"
              .formatted(reader.number, disturbance, partitions, seed);
      try {
        reader.finish(expected.size());
      } catch (ConditionTimeoutException never) {
        throw new AssertionError(who + ": " + difference(byPartition(reader.ids), expected), never);
      }
      List<String> seen = byPartition(reader.ids);
      assertThat(seen)
          .as(who)
          .withFailMessage(() -> difference(seen, expected))
          .isEqualTo(expected);
      if (disturbance != Disturbance.LOG_LOST) {
        assertThat(reader.resets).as("resets, " + who).isZero();
      }
    }
  }

  private void disturb(Disturbance disturbance) {
    switch (disturbance) {
      case NONE -> {}
      case CONNECTIONS_KILLED -> redis.ask("CLIENT", "KILL", "TYPE", "normal");
      case REDIS_KILLED -> {
        redis.kill();
        redis.startAgain();
        writer.awaitLink();
      }
      case LOG_LOST -> {
        // at once: a reader that comes in between would make it a stream of one partition
        try (var conversation = redis.open()) {
          conversation.ask("MULTI");
          conversation.ask("FLUSHALL");
          conversation.ask("HSET", keys.streams(), stream, partitions);
          conversation.ask("EXEC");
        }
      }
    }
  }

  /** Appends until told to stop. A batch whose outcome is not known is tried again. */
  private void write(int number, long seed) {
    Random random = new Random(seed - 1 - number);
    int next = 0;
    while (appending.get()) {
      List<Event> batch = new ArrayList<>();
      int partition = random.nextInt(partitions);
      for (int end = next + 1 + random.nextInt(20); next < end; next++) {
        String subject = random.nextInt(10) == 0 ? "wanted" : "other";
        String data = "\"" + "x".repeat(random.nextInt(4) == 0 ? random.nextInt(LARGE) : 1) + "\"";
        batch.add(LogWriter.event(partition + "/" + number + "-" + next, subject, "test", data));
      }
      boolean appended = false;
      while (!appended && appending.get()) {
        try {
          writer.append(new Partition(stream, partition), batch);
          appended = true;
        } catch (IllegalStateException unknown) {
          LockSupport.parkNanos(10_000_000);
        }
      }
      LockSupport.parkNanos(random.nextInt(10) * 1_000_000L);
    }
  }

  /** Ids of one partition after those of another, each in the order in which they came. */
  private static List<String> byPartition(List<String> ids) {
    return ids.stream()
        .sorted(Comparator.comparing(id -> id.substring(0, id.indexOf('/'))))
        .toList();
  }

  /** How what a reader saw differs from the log, with the first few ids of each kind. */
  private static String difference(List<String> seen, List<String> log) {
    List<String> missing = new ArrayList<>(log);
    missing.removeAll(Set.copyOf(seen));
    Map<String, Integer> places = new HashMap<>();
    List<String> twice = new ArrayList<>();
    for (String id : log) {
      if (places.put(id, places.size()) != null) {
        twice.add(id);
      }
    }
    Set<String> met = new HashSet<>();
    List<String> repeated = new ArrayList<>();
    List<String> foreign = new ArrayList<>();
    List<String> late = new ArrayList<>();
    int furthest = -1;
    for (String id : seen) {
      if (!met.add(id)) {
        repeated.add(id);
      } else if (!places.containsKey(id)) {
        foreign.add(id);
      } else if (places.get(id) < furthest) {
        late.add(id);
      } else {
        furthest = places.get(id);
      }
    }
    return "saw %d of %d; missing %s; repeated %s; behind a later one %s; not in the log %s; twice in the log %s"
        .formatted(
            seen.size(),
            log.size(),
            few(missing),
            few(repeated),
            few(late),
            few(foreign),
            few(twice));
  }

  private static String few(List<String> ids) {
    return ids.size() + " " + ids.subList(0, Math.min(TOLD, ids.size()));
  }

  /** The ids in the logs, as Redis tells them. */
  private List<String> log(boolean filtered) {
    List<String> ids = new ArrayList<>();
    for (int p = 0; p < partitions; p++) {
      ids.addAll(log(p, filtered));
    }
    return ids;
  }

  private List<String> log(int partition, boolean filtered) {
    List<String> ids = new ArrayList<>();
    List<?> entries =
        (List<?>) redis.ask("XRANGE", keys.partition(stream.value(), partition).events(), "-", "+");
    for (Object entry : entries) {
      List<?> fields = (List<?>) ((List<?>) entry).get(1);
      String subject = fields.get(fields.indexOf("subject") + 1).toString();
      if (!filtered || subject.equals("wanted")) {
        ids.add(fields.get(fields.indexOf("id") + 1).toString());
      }
    }
    return ids;
  }
}
