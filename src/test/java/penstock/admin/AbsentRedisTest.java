package penstock.admin;

import static io.restassured.RestAssured.get;
import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;

@QuarkusTest
@WithTestResource(
    value = RedisResource.class,
    scope = TestResourceScope.RESTRICTED_TO_CLASS,
    initArgs = @ResourceArg(name = "absent", value = "true"))
class AbsentRedisTest {

  RedisServer redis;

  @Test
  void startsWithoutRedisAndIsReadyWhenItComes() {
    assertThat(get("/q/health/live").statusCode()).isEqualTo(200);
    assertThat(get("/q/health/started").statusCode()).isEqualTo(200);
    assertThat(get("/q/health/ready").statusCode()).isEqualTo(503);
    redis.startAgain();
    await().until(() -> get("/q/health/ready").statusCode() == 200);
  }
}
