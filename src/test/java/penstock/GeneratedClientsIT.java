package penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import penstock.redis.RedisServer;

/**
 * Clients that are generated from the description use the packaged service, and a linter takes it:
 * {@code src/test/clients/run.sh}. Skipped, and says so, where npm is missing or nothing can be
 * fetched.
 */
class GeneratedClientsIT {

  /** What the script ends with if a tool is missing. */
  private static final int SKIPPED = 77;

  @Test
  void appendPageAndRead(@TempDir Path directory) throws IOException, InterruptedException {
    try (RedisServer redis = RedisServer.start();
        PackagedService service =
            PackagedService.start(
                directory,
                Map.of(
                    "quarkus.redis.hosts", redis.uri(),
                    "penstock.streams.orders.partitions", "1",
                    "penstock.views.open-orders.stream", "orders",
                    "penstock.views.open-orders.fold", "merge",
                    "penstock.views.open-orders.key", "subject"))) {
      service.awaitReady();
      Path log = directory.resolve("log");
      int status =
          new ProcessBuilder("src/test/clients/run.sh", service.uri())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start()
              .waitFor();
      String told = Files.readString(log);
      assumeTrue(status != SKIPPED, told);
      assertThat(status).as(told).isZero();
    }
  }
}
