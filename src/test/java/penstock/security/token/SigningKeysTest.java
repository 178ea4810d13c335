package penstock.security.token;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.jwt.algorithm.SignatureAlgorithm;
import io.smallrye.jwt.auth.principal.JWTAuthContextInfo;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import penstock.problem.ProblemType;
import penstock.problem.ReportedFailure;
import penstock.security.AuthConfig;
import penstock.security.TestIssuer;

/** What becomes of keys when their issuer is well, and when it is not. */
class SigningKeysTest {

  private static final Duration MAX_AGE = Duration.ofHours(1);
  private static final Duration RETRY = Duration.ofSeconds(10);

  private final Vertx vertx = Vertx.vertx();
  private final TestIssuer issuer = new TestIssuer();
  private final AtomicLong nanos = new AtomicLong();
  private final AtomicInteger removals = new AtomicInteger();
  private SigningKeys keys;
  private KeySetFetcher fetcher;

  private record Settings(Duration refresh, Duration maxAge, Duration retry, Duration timeout)
      implements AuthConfig.Keys {

    @Override
    public MemorySize maxSize() {
      return new MemorySize(BigInteger.valueOf(256 * 1024));
    }
  }

  @BeforeEach
  void begin() {
    var settings = new JWTAuthContextInfo();
    settings.setPublicKeyLocation(issuer.jwksUrl());
    fetcher =
        new KeySetFetcher(
            vertx,
            settings,
            new Settings(Duration.ofMinutes(5), MAX_AGE, RETRY, Duration.ofSeconds(2)));
    keys =
        new SigningKeys(
            fetcher::fetch,
            "test",
            Set.of(SignatureAlgorithm.RS256),
            Duration.ofMinutes(5),
            MAX_AGE,
            RETRY,
            nanos::get,
            removals::incrementAndGet);
  }

  @AfterEach
  void end() {
    fetcher.close();
    issuer.close();
    vertx.close();
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  /** The kind of problem that finding a key ends with; null if it is found. */
  private @Nullable ProblemType find(String id) throws InterruptedException, TimeoutException {
    Future<SigningKey> found = keys.find(new TokenHeader("RS256", id));
    try {
      found.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
      return null;
    } catch (ExecutionException failure) {
      return ((ReportedFailure) failure.getCause()).problem().type();
    }
  }

  @Test
  void aKeyIsFoundAndAskedForOnce() throws Exception {
    assertThat(find("k1")).isNull();
    assertThat(find("k1")).isNull();
    assertThat(issuer.asked()).isEqualTo(1);
  }

  @Test
  void aNewKeyIsLookedForButNotAtEveryonesWill() throws Exception {
    assertThat(find("k1")).isNull();
    pass(RETRY);
    issuer.add("k2");
    assertThat(find("k2")).isNull();
    assertThat(issuer.asked()).isEqualTo(2);
    for (int i = 0; i < 20; i++) {
      assertThat(find("guess-" + i)).isEqualTo(ProblemType.INVALID_TOKEN);
    }
    assertThat(issuer.asked()).isEqualTo(2);
  }

  @Test
  void aKeyThatIsTakenBackIsNotGoodAnyMore() throws Exception {
    issuer.add("k2");
    assertThat(find("k2")).isNull();
    issuer.remove("k2");
    pass(Duration.ofMinutes(5));
    assertThat(find("k1")).isNull();
    keys.refresh();
    org.awaitility.Awaitility.await().until(() -> removals.get() == 1);
    assertThat(find("k2")).isEqualTo(ProblemType.INVALID_TOKEN);
    assertThat(find("k1")).isNull();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "GOOD")
  void oldKeysAreGoodUntilTheirTimeIsUp(TestIssuer.Mood mood) throws Exception {
    assertThat(find("k1")).isNull();
    issuer.mood(mood);
    pass(Duration.ofMinutes(30));
    assertThat(find("k1")).isNull();
    assertThat(find("k2")).isEqualTo(ProblemType.IDENTITY_UNAVAILABLE);
    assertThat(find("k1")).isNull();
    pass(Duration.ofMinutes(31));
    assertThat(find("k1")).isEqualTo(ProblemType.IDENTITY_UNAVAILABLE);
    assertThat(find("k1")).isEqualTo(ProblemType.IDENTITY_UNAVAILABLE);
    issuer.mood(TestIssuer.Mood.GOOD);
    pass(RETRY);
    assertThat(find("k1")).isNull();
    assertThat(removals).hasValue(0);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "GOOD")
  void withoutKeysNothingIsGood(TestIssuer.Mood mood) throws Exception {
    issuer.mood(mood);
    assertThat(find("k1")).isEqualTo(ProblemType.IDENTITY_UNAVAILABLE);
    issuer.mood(TestIssuer.Mood.GOOD);
    pass(RETRY);
    assertThat(find("k1")).isNull();
  }

  @Test
  void anIssuerThatIsAwayIsNoIssuer() throws Exception {
    assertThat(find("k1")).isNull();
    issuer.close();
    pass(MAX_AGE);
    assertThat(find("k1")).isEqualTo(ProblemType.IDENTITY_UNAVAILABLE);
  }
}
