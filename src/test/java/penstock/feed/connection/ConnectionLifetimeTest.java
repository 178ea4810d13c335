package penstock.feed.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import penstock.feed.FeedClient;
import penstock.redis.RedisResource;

/** Alone, so that no other test's readers grow old while it runs. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(ConnectionLifetimeTest.Settings.class)
class ConnectionLifetimeTest {

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "penstock.streams.auto-create", "true",
          "penstock.feed.heartbeat", "150ms",
          "penstock.feed.max-lifetime", "8s",
          "penstock.feed.drain-time", "0s");
    }
  }

  @TestHTTPResource URI base;

  @Test
  void aConnectionEndsNormallyWhenItIsOld() {
    long began = System.nanoTime();
    try (FeedClient client = FeedClient.open(base.getPort(), "/streams/old/feed", null)) {
      await().until(client::hasEnded);
      // The last quarter of it is random.
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofSeconds(6));
      assertThat(client.hasEndedNormally()).isTrue();
      assertThat(client.messages("unavailable")).isEmpty();
      assertThat(client.lastEventId()).isNotEmpty();
    }
  }
}
