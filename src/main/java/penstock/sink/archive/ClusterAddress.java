package penstock.sink.archive;

import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.http.HttpHost;
import penstock.sink.InvalidSinkException;
import penstock.sink.SinksConfig;

/**
 * Where a cluster is, and who asks it.
 *
 * @param authorization the header; empty if it lets everybody in
 * @param tls whom to trust; empty for whom the JVM trusts
 * @param connectTimeout for a connection to one node
 * @param timeout for a request, all nodes that are tried included
 * @param answerSize bytes of an answer
 */
record ClusterAddress(
    List<HttpHost> hosts,
    Optional<String> authorization,
    Optional<TlsConfiguration> tls,
    Duration connectTimeout,
    Duration timeout,
    long answerSize) {

  private static final int PORT = 9200;
  private static final Pattern SCHEME = Pattern.compile("[a-z]+://.*");
  private static final Pattern KEY = Pattern.compile("[A-Za-z0-9+/=_-]+");

  /** More would not fit into one array with what is around it. */
  private static final long MOST_ANSWER = 1L << 30;

  /**
   * Reads what is declared.
   *
   * @throws InvalidSinkException if something makes no sense
   */
  static ClusterAddress of(SinksConfig.OfSink sink, TlsConfigurationRegistry registry) {
    SinksConfig.Archive declared = sink.archive();
    List<String> hosts =
        declared
            .hosts()
            .orElseThrow(
                () -> new InvalidSinkException("hosts", "is required for kind=elasticsearch"));
    long answerSize = declared.answerSize().asLongValue();
    if (answerSize < 1 || answerSize > MOST_ANSWER) {
      throw new InvalidSinkException("answer-size", "must be from 1 byte to 1G");
    }
    return new ClusterAddress(
        hosts.stream().map(ClusterAddress::host).toList(),
        authorization(declared),
        sink.tlsConfigurationName().map(name -> tls(registry, name)),
        positive("connect-timeout", sink.connectTimeout()),
        positive("answer-timeout", sink.answerTimeout()),
        answerSize);
  }

  private static HttpHost host(String text) {
    try {
      var uri = new URI(SCHEME.matcher(text).matches() ? text : "http://" + text);
      boolean known = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      boolean bare =
          uri.getRawUserInfo() == null
              && uri.getRawQuery() == null
              && uri.getRawFragment() == null
              && uri.getRawPath().matches("/?");
      if (known && bare && uri.getHost() != null && uri.getPort() <= 0xFFFF) {
        return new HttpHost(
            uri.getHost(), uri.getPort() < 0 ? PORT : uri.getPort(), uri.getScheme());
      }
    } catch (URISyntaxException broken) {
      // refused below; its text may have a password in it
    }
    throw new InvalidSinkException(
        "hosts",
        "must be host:port, or http:// or https:// and that, without a path and without credentials");
  }

  private static Optional<String> authorization(SinksConfig.Archive declared) {
    if (declared.apiKey().isPresent()) {
      if (declared.username().isPresent() || declared.password().isPresent()) {
        throw new InvalidSinkException("api-key", "goes without username and password");
      }
      if (!KEY.matcher(declared.apiKey().get()).matches()) {
        throw new InvalidSinkException("api-key", "must be in base64");
      }
      return Optional.of("ApiKey " + declared.apiKey().get());
    }
    if (declared.username().isPresent() != declared.password().isPresent()) {
      throw new InvalidSinkException(
          declared.username().isPresent() ? "password" : "username", "is missing");
    }
    return declared
        .username()
        .map(name -> name + ":" + declared.password().orElse(""))
        .map(both -> both.getBytes(StandardCharsets.UTF_8))
        .map(both -> "Basic " + Base64.getEncoder().encodeToString(both));
  }

  private static TlsConfiguration tls(TlsConfigurationRegistry registry, String name) {
    return registry
        .get(name)
        .orElseThrow(
            () ->
                new InvalidSinkException(
                    "tls-configuration-name", "names no configuration: quarkus.tls." + name));
  }

  private static Duration positive(String setting, Duration value) {
    if (value.toMillis() < 1 || value.toMillis() > Integer.MAX_VALUE) {
      throw new InvalidSinkException(setting, "must be a positive time of at most 24 days");
    }
    return value;
  }
}
