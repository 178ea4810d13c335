package penstock.sink.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import penstock.feed.OwnVertx;
import penstock.sink.InvalidSinkException;

/** What makes no sense is refused at start, by the name of its setting. */
class ArchiveSettingsTest {

  @RegisterExtension final OwnVertx own = new OwnVertx();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hosts|",
        "hosts|ftp://a:9200",
        "hosts|http://user:secret@a:9200",
        "hosts|http://a:9200/path",
        "hosts|http://a:9200?q",
        "hosts|http://",
        "hosts|a b",
        "hosts|a:99999",
        "index|UPPER",
        "index|_a",
        "index|-a",
        "index|a*",
        "index|a,b",
        "index|..",
        "index|a/b",
        "index|{yyyy.MM}-{yyyy}",
        "index|a-{day}",
        "index|a-{MM}",
        "bulk-size|1K",
        "answer-size|0",
        "answer-size|2G",
        "delete-after|30d",
        "rollover-age|1s",
        "connect-timeout|0s",
        "answer-timeout|100d",
        "api-key|a b",
        "tls-configuration-name|unknown"
      })
  void isRefused(String setting, String value) {
    assertRefused(setting, value == null ? Map.of(setting, "") : Map.of(setting, value));
  }

  @Test
  void settingsThatDoNotGoTogetherAreRefused() {
    assertRefused("password", Map.of("username", "u"));
    assertRefused("username", Map.of("password", "p"));
    assertRefused("api-key", Map.of("api-key", "k", "username", "u", "password", "p"));
    assertRefused("api-key", Map.of("api-key", "key\r\nX-Other: 1"));
    assertRefused("index", Map.of("data-stream", "true", "index", "a-{yyyy}"));
  }

  private void assertRefused(String setting, Map<String, String> settings) {
    var all = new HashMap<>(Map.of("hosts", "127.0.0.1:9200"));
    all.putAll(settings);
    Vertx vertx = own.vertx();
    assertThatExceptionOfType(InvalidSinkException.class)
        .isThrownBy(() -> TestArchive.target(vertx, all))
        .satisfies(
            refused -> {
              assertThat(refused.setting()).isEqualTo(setting);
              assertThat(refused).hasMessageNotContaining("secret");
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a", "host:9200", "https://host", "http://127.0.0.1:1/", "http://[::1]:2"})
  void aHostIsNamedInManyWays(String host) {
    assertThat(
            ClusterAddress.of(
                    TestArchive.sink(Map.of("hosts", host)).settings(), new TestArchive.NoTls())
                .hosts())
        .hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    ",penstock-orders-2024.02,penstock-orders-*",
    "a,a,a",
    "{stream},orders,orders",
    "a-{yyyy}-b,a-2024-b,a-*-b",
    "{yyyy-MM-dd},2024-02-29,*",
    ".a_{yyyy_MM},.a_2024_02,.a_*"
  })
  void anIndexHasAName(String pattern, String expected, String wildcard) {
    IndexName index =
        ArchiveSettings.of(
                TestArchive.sink(
                    pattern == null
                        ? Map.of("hosts", "a")
                        : Map.of("hosts", "a", "index", pattern)))
            .index();

    assertThat(index.at(Instant.parse("2024-02-29T23:59:59Z"))).isEqualTo(expected);
    assertThat(index.wildcard()).isEqualTo(wildcard);
  }
}
