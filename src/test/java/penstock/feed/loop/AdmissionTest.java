package penstock.feed.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import penstock.Meters;
import penstock.Patience;
import penstock.redis.RedisResource;

/** How many feeds a client may have. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(AdmissionTest.Settings.class)
class AdmissionTest {

  private static final int MOST = 3;

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "penstock.streams.auto-create", "true",
          "penstock.feed.heartbeat", "150ms",
          "penstock.feed.drain-time", "0s",
          "penstock.feed.max-subscribers-per-client", String.valueOf(MOST),
          "quarkus.http.proxy.proxy-address-forwarding", "true",
          "quarkus.http.proxy.allow-x-forwarded", "true",
          "quarkus.http.proxy.trusted-proxies", "127.0.0.1");
    }
  }

  @TestHTTPResource URI base;

  private final List<Socket> sockets = new ArrayList<>();

  @AfterEach
  void close() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
    await().until(() -> readers() == 0);
  }

  /** A plain reader: what it wants to know is when and how its response ends. */
  private InputStream read(String stream, String clientAddress) throws IOException {
    var socket = new Socket(base.getHost(), base.getPort());
    sockets.add(socket);
    socket
        .getOutputStream()
        .write(
            ("GET /streams/"
                    + stream
                    + "/feed HTTP/1.1\r\nHost: t\r\n"
                    + "X-Forwarded-For: "
                    + clientAddress
                    + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    return socket.getInputStream();
  }

  private static double readers() {
    return Meters.read("penstock_feed_subscribers");
  }

  @Test
  void aClientHasOnlySoManyReaders() throws IOException {
    for (int i = 0; i < MOST; i++) {
      read("limited", "192.0.2.1");
    }
    await().until(() -> readers() == MOST);

    String refused = rest(read("limited", "192.0.2.1"));

    assertThat(refused)
        .startsWith("HTTP/1.1 200 ")
        .contains("retry: ")
        .contains("event: unavailable")
        .contains("too-many-of-client");
    read("limited", "192.0.2.2");
    await().until(() -> readers() == MOST + 1);
  }

  @Test
  void aNetworkOfIpv6IsOneClient() throws IOException {
    for (int i = 0; i < MOST; i++) {
      read("limited6", "2001:db8:0:1::" + (i + 1));
    }
    await().until(() -> readers() == MOST);

    assertThat(rest(read("limited6", "2001:db8:0:1:ffff::1"))).contains("too-many-of-client");
    read("limited6", "2001:db8:0:2::1");
    await().until(() -> readers() == MOST + 1);
  }

  /** All that is left, up to the end that the server makes. */
  private String rest(InputStream in) throws IOException {
    sockets.getLast().setSoTimeout((int) Patience.LIMIT.toMillis());
    var text = new StringBuilder();
    for (int c = in.read(); c >= 0 && !isComplete(text); c = in.read()) {
      text.append((char) c);
    }
    return text.toString();
  }

  private static boolean isComplete(CharSequence text) {
    return text.toString().endsWith("\r\n0\r\n\r");
  }
}
