package penstock;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.chrome.ChromeDriver;
import penstock.redis.RedisServer;

/**
 * A Redis, the packaged service on it and a real browser, for one test. Debian's chromium is used
 * where it is installed; elsewhere the test is skipped, and says so.
 */
public abstract class BrowserFixture {

  @TempDir protected Path directory;
  protected RedisServer redis;
  protected PackagedService service;
  protected ChromeDriver browser;

  /**
   * Starts all three, and returns when the service is ready.
   *
   * @param settings of the service, but for the address of its Redis
   * @param redisOptions as for {@link RedisServer#start(String...)}
   */
  protected final void start(Map<String, String> settings, String... redisOptions)
      throws IOException {
    Chromium.assumeInstalled();
    redis = RedisServer.start(redisOptions);
    service = PackagedService.start(directory, onThisRedis(settings));
    service.awaitReady();
    browser = Chromium.start(directory.resolve("profile"));
    browser.manage().timeouts().scriptTimeout(Patience.LIMIT);
  }

  /** Settings of an instance on the same Redis. */
  protected final Map<String, String> onThisRedis(Map<String, String> settings) {
    var all = new TreeMap<>(settings);
    all.put("quarkus.redis.hosts", redis.uri());
    return all;
  }

  /** Ends what was started, however far that came. */
  @AfterEach
  void endAll() {
    if (browser != null) {
      browser.quit();
    }
    if (service != null) {
      service.close();
    }
    if (redis != null) {
      redis.close();
    }
  }
}
