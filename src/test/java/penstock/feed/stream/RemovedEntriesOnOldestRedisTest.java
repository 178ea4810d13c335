package penstock.feed.stream;

import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import penstock.redis.RedisResource;

/** On the oldest Redis that Penstock supports: it knows only how many entries there are. */
@QuarkusTest
@WithTestResource(
    value = RedisResource.class,
    initArgs = @ResourceArg(name = "bundled", value = "true"))
@TestProfile(StreamFeedsTest.Settings.class)
class RemovedEntriesOnOldestRedisTest extends RemovedEntriesContract {

  @Override
  boolean tellsTheLastDeleted() {
    return false;
  }
}
