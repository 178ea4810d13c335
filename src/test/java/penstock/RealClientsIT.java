package penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import penstock.redis.RedisServer;

/**
 * Clients that people use append to and follow the packaged service, and {@code docs/clients.md}
 * says of each what was seen: {@code src/test/clients/table.sh}. Skipped, and says so, where npm is
 * missing or nothing can be fetched; so is each client that is not here.
 */
class RealClientsIT {

  private static final Logger LOG = Logger.getLogger(RealClientsIT.class);

  /** What the script ends with if a tool is missing. */
  private static final int SKIPPED = 77;

  @Test
  void theTableSaysWhatIsSeen(@TempDir Path directory) throws IOException, InterruptedException {
    try (RedisServer redis = RedisServer.start();
        PackagedService service =
            PackagedService.start(
                directory,
                Map.of(
                    "quarkus.redis.hosts", redis.uri(),
                    "penstock.feed.heartbeat", "300ms",
                    "penstock.feed.retry", "200ms",
                    "penstock.streams.auto-create", "true",
                    "penstock.streams.state.partitions", "1",
                    "penstock.views.latest.stream", "state",
                    "penstock.views.latest.fold", "merge",
                    "penstock.views.latest.key", "subject"))) {
      service.awaitReady();
      Path log = directory.resolve("log");
      int status =
          new ProcessBuilder(
                  "src/test/clients/table.sh", service.uri(), Integer.toString(redis.port()))
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start()
              .waitFor();
      String told = Files.readString(log);
      told.lines().filter(line -> line.startsWith("skipped: ")).forEach(LOG::warn);
      assumeTrue(status != SKIPPED, told);
      assertThat(status).as(told).isZero();
    }
  }
}
