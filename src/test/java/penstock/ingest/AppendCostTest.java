package penstock.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import penstock.projection.TestLog;
import penstock.redis.RedisServer;

/** What an append costs Redis, by its own account. */
class AppendCostTest {

  private static final int TERMS = 64;
  private static final int ROUNDS = 10;
  private static final int APPENDS = 200;
  private static final Pattern MICROS = Pattern.compile("cmdstat_eval:calls=\\d+,usec=(\\d+)");

  /** As many as are kept: a log has them after as many failovers, and restarts of Redis. */
  @Test
  void isNoMoreWhereTheLogHadManyTerms() {
    try (RedisServer redis = RedisServer.start("--appendonly", "no");
        TestLog log = new TestLog(redis, "orders")) {
      long young = leastMicros(log);
      log.ask("HSET", log.names().log(), "terms", terms());
      assertThat(leastMicros(log)).isLessThan(2 * young);
    }
  }

  private static String terms() {
    return IntStream.range(0, TERMS)
        .mapToObj(number -> number + 1 + ":abcd:1795915133012-" + number)
        .collect(Collectors.joining(","));
  }

  /** Of several rounds, so that it does not matter what else the machine does. */
  private static long leastMicros(TestLog log) {
    long least = Long.MAX_VALUE;
    for (int round = 0; round < ROUNDS; round++) {
      log.ask("CONFIG", "RESETSTAT");
      for (int i = 0; i < APPENDS; i++) {
        log.append("changed", "key", "{}");
      }
      Matcher stats = MICROS.matcher(String.valueOf(log.ask("INFO", "COMMANDSTATS")));
      assertThat(stats.find()).isTrue();
      least = Math.min(least, Long.parseLong(stats.group(1)));
    }
    return least;
  }
}
