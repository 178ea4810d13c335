package penstock.feed.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import penstock.feed.FeedClient;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;
import penstock.stream.StreamName;
import penstock.stream.log.LogWriter;

/** A hundred readers that take a byte a second, among others that take all. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(SlowClientsTest.Settings.class)
class SlowClientsTest {

  private static final Logger LOG = Logger.getLogger(SlowClientsTest.class);
  private static final StreamName STREAM = new StreamName("slow-readers");
  private static final StreamName PAUSED = new StreamName("paused-reader");
  private static final String FEED = "/streams/" + STREAM + "/feed";
  private static final int SLOW = 100;
  private static final int OTHERS = 20;
  private static final int EVENTS = 300;
  private static final String PADDING = "x".repeat(8_000);
  private static final int SMALLEST_WINDOW = 1_024;
  private static final int SMALL_WINDOW = 32 * 1_024;

  public static final class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "penstock.streams." + STREAM + ".partitions",
          "1",
          "penstock.streams." + PAUSED + ".partitions",
          "1",
          "penstock.feed.drain-time",
          "0s",
          "penstock.feed.socket-buffer",
          "16K");
    }
  }

  /** Reads a byte a second, and nothing else. */
  private static final class Sipper implements AutoCloseable {
    final Socket socket = new Socket();
    final AtomicLong taken = new AtomicLong();

    Sipper(int port) throws IOException {
      socket.setReceiveBufferSize(SMALLEST_WINDOW);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      socket
          .getOutputStream()
          .write(
              ("GET " + FEED + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                  .getBytes(StandardCharsets.UTF_8));
      Thread.ofVirtual().start(this::sip);
    }

    private void sip() {
      try {
        InputStream in = socket.getInputStream();
        while (in.read() >= 0) {
          taken.incrementAndGet();
          LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
        }
      } catch (IOException closed) {
        // Its test is over.
      }
    }

    @Override
    public void close() {
      try {
        socket.close();
      } catch (IOException alreadyClosed) {
        // As it should be.
      }
    }
  }

  RedisServer redis;
  @TestHTTPResource URI base;
  @Inject LogWriter writer;

  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : open) {
      one.close();
    }
  }

  @Test
  void theOthersGetAllInOrderMeanwhile() throws IOException {
    await().ignoreExceptions().until(() -> !writer.append(STREAM, "0").isEmpty());
    List<FeedClient> others =
        IntStream.range(0, OTHERS)
            .mapToObj(i -> FeedClient.open(base.getPort(), FEED, null))
            .toList();
    open.addAll(others);
    await().until(() -> others.stream().allMatch(one -> !one.messages("caught-up").isEmpty()));
    long alone = publish(others, 1);

    var sippers = new ArrayList<Sipper>();
    for (int i = 0; i < SLOW; i++) {
      var sipper = new Sipper(base.getPort());
      sippers.add(sipper);
      open.add(sipper);
    }
    await().until(() -> sippers.stream().allMatch(one -> one.taken.get() > 0));
    long amongSlow = publish(others, 1 + EVENTS);
    LOG.infof(
        "%d events of 8,000 bytes to %d readers: %d ms; beside %d that take a byte a second: %d ms",
        EVENTS, OTHERS, alone, SLOW, amongSlow);

    List<String> all = IntStream.range(1, 1 + 2 * EVENTS).mapToObj(Integer::toString).toList();
    assertThat(others).allSatisfy(one -> assertThat(one.ids()).isEqualTo(all));
    // They are late, and nobody waited for them.
    assertThat(sippers).allMatch(one -> one.taken.get() < PADDING.length());
  }

  /** Its socket takes the last of what fits only in part; the rest waits, and comes behind it. */
  @Test
  void whoTakesNothingForAWhileGetsTheRestFromThere() {
    await().ignoreExceptions().until(() -> !writer.append(PAUSED, "0").isEmpty());
    FeedClient reader =
        FeedClient.open(base.getPort(), "/streams/" + PAUSED + "/feed", null, SMALL_WINDOW);
    open.add(reader);
    await().until(() -> !reader.messages("caught-up").isEmpty());
    reader.pause();
    List<String> all = IntStream.range(1, 1 + EVENTS).mapToObj(Integer::toString).toList();
    for (String id : all) {
      writer.append(PAUSED, List.of(LogWriter.event(id, null, "test", "\"" + PADDING + "\"")));
    }
    reader.resume();
    await().until(() -> reader.ids().size() >= EVENTS);
    assertThat(reader.ids()).isEqualTo(all);
    assertThat(reader.messages())
        .filteredOn(message -> message.data().contains(PADDING))
        .hasSize(EVENTS);
  }

  /** Appends events; returns how many milliseconds it took until all the others had them. */
  private long publish(List<FeedClient> others, int from) {
    long began = System.nanoTime();
    for (int i = from; i < from + EVENTS; i++) {
      writer.append(
          STREAM,
          List.of(LogWriter.event(Integer.toString(i), null, "test", "\"" + PADDING + "\"")));
    }
    String last = Integer.toString(from + EVENTS - 1);
    await()
        .until(
            () ->
                others.stream()
                    .allMatch(one -> !one.ids().isEmpty() && one.ids().getLast().equals(last)));
    return Duration.ofNanos(System.nanoTime() - began).toMillis();
  }
}
