package penstock.redis.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import penstock.redis.topology.ServerAddress;

class RedirectionTest {

  @Test
  void tellsWhereToGo() {
    assertThat(Redirection.of("MOVED 3999 127.0.0.1:6381"))
        .contains(
            new Redirection(Redirection.Kind.MOVED, 3_999, new ServerAddress("127.0.0.1", 6_381)));
    assertThat(Redirection.of("ASK 3999 redis-1.example:6381"))
        .contains(
            new Redirection(
                Redirection.Kind.ASK, 3_999, new ServerAddress("redis-1.example", 6_381)));
    assertThat(Redirection.of("MOVED 3999 :6381").orElseThrow().to()).isNull();
  }

  @Test
  void tellsToWait() {
    assertThat(Redirection.of("TRYAGAIN Multiple keys request during rehashing of slot"))
        .hasValueSatisfying(it -> assertThat(it.kind()).isEqualTo(Redirection.Kind.TRYAGAIN));
    assertThat(Redirection.of("CLUSTERDOWN Hash slot not served"))
        .hasValueSatisfying(it -> assertThat(it.kind()).isEqualTo(Redirection.Kind.CLUSTERDOWN));
  }

  /** Scripts have errors of the same name. */
  @Test
  void isNotWhatAScriptSays() {
    assertThat(Redirection.of("MOVED applied is 5-0")).isEmpty();
    assertThat(Redirection.of("MOVED the log has another life")).isEmpty();
  }
}
