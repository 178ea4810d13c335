package penstock.feed.stream;

import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import penstock.redis.RedisResource;

/** On the Redis that is installed, 7 or later. */
@QuarkusTest
@WithTestResource(
    value = RedisResource.class,
    initArgs = @ResourceArg(name = "options", value = "--databases 3 --appendfsync always"))
@TestProfile(StreamFeedsTest.Settings.class)
class RemovedEntriesTest extends RemovedEntriesContract {

  @Override
  boolean tellsTheLastDeleted() {
    return true;
  }
}
