package penstock.load;

import static org.junit.jupiter.api.Timeout.ThreadMode.SEPARATE_THREAD;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import penstock.group.RawGroupBenchmark;
import penstock.ingest.RawAppendBenchmark;
import penstock.projection.worker.RawCommitBenchmark;
import penstock.redis.RedisServer;

/**
 * Benchmarks that write the commands of a script themselves end with an error as soon as that takes
 * others, and nobody runs them for months.
 */
@Timeout(value = 60, threadMode = SEPARATE_THREAD)
class RawBenchmarksTest {

  private static RedisServer redis;

  @BeforeAll
  static void start() {
    redis = RedisServer.start();
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  private static String port() {
    return Integer.toString(redis.port());
  }

  @Test
  void appends() throws Exception {
    RawAppendBenchmark.main(new String[] {"127.0.0.1", port(), "10", "1"});
  }

  @Test
  void commits() throws Exception {
    RawCommitBenchmark.main(new String[] {"2000"});
  }

  @Test
  void groups() throws Exception {
    RawGroupBenchmark.main(new String[] {"127.0.0.1", port(), "200", "500", "1"});
  }
}
