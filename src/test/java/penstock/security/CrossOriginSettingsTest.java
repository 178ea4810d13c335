package penstock.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.vertx.http.runtime.filters.Filters;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What of {@code penstock.cors} is refused at start. */
class CrossOriginSettingsTest {

  private record Settings(Optional<List<String>> origins, boolean credentials, Duration maxAge)
      implements CorsConfig {}

  private static Filters start(boolean credentials, String... origins) {
    var filters = new Filters();
    new CrossOrigin(new Settings(Optional.of(List.of(origins)), credentials, Duration.ZERO), false)
        .filter(filters);
    return filters;
  }

  @Test
  void allOriginsWithCredentialsAreRefusedAloud() {
    assertThatThrownBy(() -> start(true, "https://shop.example", "*"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("penstock.cors.origins")
        .hasMessageContaining("penstock.cors.credentials=false");
    assertThat(start(false, "*").getFilters()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "shop.example",
        "https://shop.example/",
        "https://shop.example/app",
        "https://Shop.example",
        "https://shop.example:443",
        "http://shop.example:80",
        "https://*.shop.example",
        "https://me@shop.example",
        "https://shop.example?x",
        "null",
        "https://"
      })
  void whatIsNoOriginIsRefused(String origin) {
    assertThatThrownBy(() -> start(true, origin))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("'" + origin + "'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://shop.example", "http://localhost:3000", "http://[::1]:8080"})
  void originsAsBrowsersSendThemAreTaken(String origin) {
    assertThat(start(true, origin).getFilters()).hasSize(1);
  }

  @Test
  void withoutOriginsNothingIsLookedAt() {
    var filters = new Filters();
    new CrossOrigin(new Settings(Optional.empty(), true, Duration.ZERO), false).filter(filters);
    assertThat(filters.getFilters()).isEmpty();
  }

  @Test
  void theFrameworksFilterIsRefused() {
    assertThatThrownBy(
            () ->
                new CrossOrigin(new Settings(Optional.empty(), true, Duration.ZERO), true)
                    .filter(new Filters()))
        .hasMessageContaining("penstock.cors.origins");
  }
}
