package penstock.feed.view;

import static io.restassured.RestAssured.get;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import penstock.PackagedService;
import penstock.feed.FeedClient;
import penstock.redis.RedisServer;

/**
 * Readers of views that go at random from one instance to another while events pour in, an instance
 * is killed and changes are trimmed: none sees a key go back, and all end with the same map as the
 * entries API tells.
 */
class ViewFeedsIT {

  private static final Logger LOG = Logger.getLogger(ViewFeedsIT.class);
  private static final Duration LOAD = Duration.ofSeconds(20);
  private static final int READERS = 16;
  private static final int WRITERS = 3;
  private static final int KEYS = 30;

  private final long seed = new Random().nextLong();
  private final AtomicBoolean writing = new AtomicBoolean(true);
  private final AtomicBoolean reading = new AtomicBoolean(true);
  private final AtomicInteger posted = new AtomicInteger();
  private final List<String> wrong = new CopyOnWriteArrayList<>();
  private List<PackagedService> instances = List.of();

  /** What one reader knows after all its connections. */
  private final class Reader {

    final String view;
    final Random random;
    final Map<String, Long> newest = new TreeMap<>();
    Map<String, JsonObject> entries = new TreeMap<>();
    Map<String, JsonObject> pages = new TreeMap<>();
    String lastEventId;
    int connections;
    int resets;
    int snapshots;
    int changes;

    Reader(String view, long seed) {
      this.view = view;
      this.random = new Random(seed);
    }

    void run() {
      while (reading.get()) {
        PackagedService instance = instances.get(random.nextInt(instances.size()));
        try (FeedClient client =
            FeedClient.open(
                instance.port(),
                "/views/" + view + "/feed",
                lastEventId,
                random.nextBoolean() ? 4_096 : 0)) {
          connections++;
          long until = System.nanoTime() + random.nextInt(300) * 1_000_000L;
          while (reading.get() && !client.hasEnded() && System.nanoTime() < until) {
            if (random.nextInt(10) == 0) {
              client.pause();
              LockSupport.parkNanos(random.nextInt(60) * 1_000_000L);
              client.resume();
            }
            LockSupport.parkNanos(3_000_000);
          }
          client.leave();
          take(client);
          if (random.nextInt(8) == 0) {
            LockSupport.parkNanos(random.nextInt(1_500) * 1_000_000L);
          }
        } catch (UncheckedIOException refused) {
          LockSupport.parkNanos(20_000_000);
        }
      }
    }

    void take(FeedClient client) {
      pages = new TreeMap<>();
      for (FeedClient.Message message : client.messages()) {
        switch (message.event()) {
          case "snapshot" -> {
            JsonObject page = new JsonObject(message.data());
            JsonArray some = page.getJsonArray("entries");
            for (int i = 0; i < some.size(); i++) {
              JsonObject entry = some.getJsonObject(i);
              pages.put(entry.getString("key"), entry);
              see(entry);
            }
            if (page.getBoolean("complete")) {
              snapshots++;
              entries = pages;
              pages = new TreeMap<>();
            }
          }
          case "change" -> {
            changes++;
            JsonObject entry = new JsonObject(message.data());
            see(entry);
            if (entry.getValue("value") == null) {
              entries.remove(entry.getString("key"));
            } else {
              entries.put(entry.getString("key"), entry);
            }
          }
          case "reset" -> {
            resets++;
            pages = new TreeMap<>();
          }
          default -> {}
        }
      }
      if (!client.lastEventId().isEmpty()) {
        lastEventId = client.lastEventId();
      }
    }

    private void see(JsonObject entry) {
      Object value = entry.getValue("value");
      if (value == null) {
        return;
      }
      long number =
          value instanceof JsonObject object ? object.getLong("n") : ((Number) value).longValue();
      Long before = newest.put(entry.getString("key"), number);
      if (before != null && before > number) {
        wrong.add(view + ": " + entry.getString("key") + " from " + before + " to " + number);
      }
    }
  }

  private void write(int writer) {
    var random = new Random(seed + writer);
    long n = 0;
    while (writing.get()) {
      PackagedService instance = instances.get(random.nextInt(instances.size()));
      var batch = new JsonArray();
      for (int i = 0; i < 1 + random.nextInt(20); i++) {
        n++;
        String subject = writer + "-" + random.nextInt(KEYS);
        batch.add(
            new JsonObject()
                .put("specversion", "1.0")
                .put("id", writer + "-" + n)
                .put("source", "/t")
                .put("type", random.nextInt(20) == 0 ? "gone" : "type-" + random.nextInt(5))
                .put("subject", subject)
                .put("data", new JsonObject().put("n", n)));
      }
      boolean done = false;
      while (!done) {
        try {
          done =
              given()
                      .contentType("application/cloudevents-batch+json; charset=utf-8")
                      .body(batch.encode())
                      .post(instance.uri() + "/streams/things/events")
                      .statusCode()
                  < 300;
        } catch (Exception away) {
          LockSupport.parkNanos(50_000_000);
        }
        if (!done) {
          instance = instances.get(random.nextInt(instances.size()));
        }
      }
      posted.addAndGet(batch.size());
    }
  }

  private static Map<String, JsonObject> entries(PackagedService instance, String view) {
    JsonArray page =
        new JsonObject(get(instance.uri() + "/views/" + view + "/entries?limit=1000").asString())
            .getJsonArray("entries");
    Map<String, JsonObject> entries = new TreeMap<>();
    for (int i = 0; i < page.size(); i++) {
      entries.put(page.getJsonObject(i).getString("key"), page.getJsonObject(i));
    }
    return entries;
  }

  @Test
  void noReaderSeesAKeyGoBackAndAllEndWithTheSame(@TempDir Path directory) throws Exception {
    LOG.infof("seed=%d", seed);
    try (var redis = RedisServer.start("--appendonly", "yes")) {
      Map<String, String> settings =
          Map.ofEntries(
              Map.entry("quarkus.redis.hosts", redis.uri()),
              Map.entry("penstock.projection.lease", "1s"),
              Map.entry("penstock.projection.changes.max-keys", "40"),
              Map.entry("penstock.feed.history-events", "64"),
              Map.entry("penstock.feed.replay-size", "2K"),
              Map.entry("penstock.feed.drain-time", "0s"),
              Map.entry("penstock.streams.things.partitions", "2"),
              Map.entry("penstock.views.things.stream", "things"),
              Map.entry("penstock.views.things.fold", "merge"),
              Map.entry("penstock.views.things.deletes", "gone"),
              Map.entry("penstock.views.types.stream", "things"),
              Map.entry("penstock.views.types.fold", "count"),
              Map.entry("penstock.views.types.key", "type"));
      try (var one = PackagedService.start(directory, settings);
          var other = PackagedService.start(directory, settings)) {
        instances = List.of(one, other);
        await().ignoreExceptions().until(() -> get(one.uri() + "/views/types").statusCode() == 200);

        List<Reader> readers = new ArrayList<>();
        List<Thread> reads = new ArrayList<>();
        for (int i = 0; i < READERS; i++) {
          var reader = new Reader(i % 2 == 0 ? "things" : "types", seed + 100 + i);
          readers.add(reader);
          reads.add(Thread.ofVirtual().start(reader::run));
        }
        List<Thread> writes = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
          int writer = i;
          writes.add(Thread.ofVirtual().start(() -> write(writer)));
        }
        LockSupport.parkNanos(LOAD.toNanos() / 2);
        other.kill();
        other.startAgain();
        LockSupport.parkNanos(LOAD.toNanos() / 2);
        writing.set(false);
        for (Thread write : writes) {
          write.join();
        }
        reading.set(false);
        for (Thread read : reads) {
          read.join();
        }
        for (String view : List.of("things", "types")) {
          await()
              .until(
                  () ->
                      new JsonObject(get(one.uri() + "/views/" + view).asString())
                          .getJsonArray("partitions").stream()
                              .allMatch(p -> ((JsonObject) p).getLong("lag") == 0));
        }
        for (Reader reader : readers) {
          PackagedService last = instances.get(reader.random.nextInt(2));
          try (FeedClient client =
              FeedClient.open(last.port(), "/views/" + reader.view + "/feed", reader.lastEventId)) {
            await().until(() -> !client.messages("caught-up").isEmpty());
            client.leave();
            reader.take(client);
          }
          assertThat(reader.entries).as("seed %d", seed).isEqualTo(entries(one, reader.view));
        }
        LOG.infof(
            "posted=%d connections=%d changes=%d snapshots=%d resets=%d",
            posted.get(),
            readers.stream().mapToInt(r -> r.connections).sum(),
            readers.stream().mapToInt(r -> r.changes).sum(),
            readers.stream().mapToInt(r -> r.snapshots).sum(),
            readers.stream().mapToInt(r -> r.resets).sum());
        assertThat(wrong).as("seed %d", seed).isEmpty();
        assertThat(readers).allMatch(reader -> reader.connections > 5 && reader.changes > 0);
      }
    }
  }

  /**
   * What all of them are sent is several times what the service has: it never has the view whole,
   * and keeps nothing for those that do not read.
   */
  @Test
  void aLargeViewIsSentInPages(@TempDir Path directory) throws Exception {
    int count = 100_000;
    int readers = 24;
    try (var redis = RedisServer.start();
        var service =
            PackagedService.start(
                directory,
                Map.of(
                    "quarkus.redis.hosts", redis.uri(),
                    "penstock.streams.things.partitions", "1",
                    "penstock.views.things.stream", "things",
                    "penstock.views.things.fold", "merge"),
                "-Xmx96m")) {
      service.awaitReady();
      for (int from = 0; from < count; from += 1_000) {
        var batch = new StringBuilder("[");
        for (int i = from; i < from + 1_000; i++) {
          batch
              .append(i == from ? "" : ",")
              .append(
                  "{\"specversion\":\"1.0\",\"id\":\"%d\",\"source\":\"/t\",\"type\":\"t\",\"subject\":\"key-%d\",\"data\":{\"n\":%d,\"text\":\"%s\"}}"
                      .formatted(i, i, i, "x".repeat(100)));
        }
        assertThat(
                given()
                    .contentType("application/cloudevents-batch+json; charset=utf-8")
                    .body(batch.append("]").toString())
                    .post(service.uri() + "/streams/things/events")
                    .statusCode())
            .isEqualTo(201);
      }
      await()
          .atMost(Duration.ofMinutes(2))
          .ignoreExceptions()
          .until(
              () ->
                  get(service.uri() + "/views/things").asString().contains("\"entries\":" + count));
      long began = System.nanoTime();
      List<FeedClient> clients = new ArrayList<>();
      for (int i = 0; i < readers; i++) {
        FeedClient client = FeedClient.open(service.port(), "/views/things/feed", null, 4_096);
        clients.add(client);
        if (i % 2 == 0) {
          client.pause();
        }
      }
      await()
          .atMost(Duration.ofMinutes(2))
          .until(
              () ->
                  IntStream.range(0, readers)
                      .filter(i -> i % 2 == 1)
                      .allMatch(i -> !clients.get(i).messages("caught-up").isEmpty()));
      clients.forEach(FeedClient::resume);
      await()
          .atMost(Duration.ofMinutes(2))
          .until(() -> clients.stream().allMatch(c -> !c.messages("caught-up").isEmpty()));
      long millis = Duration.ofNanos(System.nanoTime() - began).toMillis();
      long sent = 0;
      for (FeedClient client : clients) {
        List<FeedClient.Message> pages = client.messages("snapshot");
        long entries =
            pages.stream()
                .mapToInt(page -> new JsonObject(page.data()).getJsonArray("entries").size())
                .sum();
        assertThat(entries).isEqualTo(count);
        assertThat(pages).allMatch(page -> page.data().length() < 512 * 1024);
        sent += pages.stream().mapToLong(page -> page.data().length()).sum();
        client.close();
      }
      LOG.infof(
          "readers=%d entries=%d pages=%d bytes=%d millis=%d",
          readers, count, clients.getFirst().messages("snapshot").size(), sent, millis);
      assertThat(sent).isGreaterThan(3 * 96L * 1024 * 1024);
    }
  }
}
