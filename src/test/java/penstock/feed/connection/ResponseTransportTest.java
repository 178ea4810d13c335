package penstock.feed.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import penstock.Certificate;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;
import penstock.stream.StreamName;
import penstock.stream.log.LogWriter;

/** Many feeds on one connection of HTTP/2, clear and by TLS. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(ResponseTransportTest.Settings.class)
class ResponseTransportTest {

  private static final int FEEDS = 50;
  private static final int EVENTS = 500;
  private static final Pattern EVENT = Pattern.compile("id: (\\S+)\ndata: \\{.*?\"id\":\"(\\w+)\"");

  public static final class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "penstock.streams.clear.partitions", "1",
          "penstock.streams.tls.partitions", "1",
          "penstock.feed.drain-time", "0s",
          "quarkus.http.test-ssl-port", "0",
          "quarkus.http.ssl.certificate.key-store-file",
              Certificate.of("localhost").store().toString(),
          "quarkus.http.ssl.certificate.key-store-password", Certificate.PASSWORD);
    }
  }

  RedisServer redis;
  @Inject Vertx vertx;
  @Inject LogWriter writer;

  private HttpClient client;

  @AfterEach
  void close() {
    await(client.close());
  }

  /** What one feed has sent. */
  private static final class Feed {
    private final Buffer body = Buffer.buffer();

    synchronized void add(Buffer part) {
      body.appendBuffer(part);
    }

    synchronized List<MatchResult> events() {
      return EVENT.matcher(body.toString()).results().toList();
    }

    List<String> ids() {
      return events().stream().map(event -> event.group(2)).toList();
    }

    synchronized boolean isLive() {
      return body.toString().contains("event: caught-up");
    }
  }

  private Feed open(StreamName stream, String lastEventId, Set<HttpConnection> connections) {
    boolean tls = stream.value().equals("tls");
    int port =
        ConfigProvider.getConfig()
            .getValue(tls ? "quarkus.http.test-ssl-port" : "quarkus.http.test-port", int.class);
    var options =
        new RequestOptions()
            .setMethod(HttpMethod.GET)
            .setHost("localhost")
            .setPort(port)
            .setURI("/streams/" + stream + "/feed");
    if (lastEventId != null) {
      options.putHeader("Last-Event-ID", lastEventId);
    }
    var feed = new Feed();
    Promise<HttpClientResponse> begun = Promise.promise();
    client
        .request(options)
        .compose(
            request -> {
              connections.add(request.connection());
              // Before the response can come: what it sends first must not be missed.
              Future<HttpClientResponse> answer =
                  request.response().onSuccess(response -> response.handler(feed::add));
              return request.send().compose(sent -> answer);
            })
        .onComplete(begun);
    HttpClientResponse response = await(begun.future());
    assertThat(response.version()).isEqualTo(HttpVersion.HTTP_2);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.getHeader("Content-Type")).startsWith("text/event-stream");
    return feed;
  }

  private static String[] ids(int from, int to) {
    return IntStream.range(from, to).mapToObj(Integer::toString).toArray(String[]::new);
  }

  @ParameterizedTest
  @ValueSource(strings = {"clear", "tls"})
  void manyFeedsShareAConnectionAndEachGetsAllInOrder(String name) {
    var stream = new StreamName(name);
    client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setSsl(name.equals("tls"))
                .setUseAlpn(name.equals("tls"))
                .setTrustAll(true)
                .setVerifyHost(false)
                .setHttp2ClearTextUpgrade(false)
                .setHttp2MaxPoolSize(1)
                .setHttp2MultiplexingLimit(FEEDS + 1));
    await().ignoreExceptions().until(() -> !writer.append(stream, "first").isEmpty());
    Set<HttpConnection> connections = ConcurrentHashMap.newKeySet();
    var feeds = new ArrayList<Feed>();
    for (int i = 0; i < FEEDS; i++) {
      feeds.add(open(stream, null, connections));
    }
    await().until(() -> feeds.stream().allMatch(Feed::isLive));
    for (int i = 0; i < EVENTS; i += 50) {
      writer.append(stream, ids(i, i + 50));
    }
    await().until(() -> feeds.stream().allMatch(feed -> feed.ids().size() >= EVENTS));
    assertThat(feeds).allSatisfy(feed -> assertThat(feed.ids()).containsExactly(ids(0, EVENTS)));
    Feed resumed = open(stream, feeds.getFirst().events().get(99).group(1), connections);
    await().until(() -> resumed.ids().size() >= EVENTS - 100);
    assertThat(resumed.ids()).containsExactly(ids(100, EVENTS));
    assertThat(connections).hasSize(1);
  }
}
