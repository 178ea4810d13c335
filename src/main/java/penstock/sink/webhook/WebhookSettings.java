package penstock.sink.webhook;

import io.vertx.core.MultiMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import penstock.sink.InvalidSinkException;
import penstock.sink.SinkDefinition;
import penstock.sink.SinksConfig;

/**
 * A webhook's settings, read.
 *
 * @param handshake null if the receiver is not asked
 */
record WebhookSettings(
    Endpoint endpoint,
    WebhookSignature signature,
    MultiMap headers,
    @Nullable WebhookHandshake handshake,
    SinksConfig.Webhook declared) {

  /** Headers that Penstock or HTTP itself sets. */
  private static final Set<String> TAKEN =
      Set.of(
          "connection",
          "content-encoding",
          "content-length",
          "content-type",
          "expect",
          "host",
          "keep-alive",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");

  private static final List<String> TAKEN_PREFIXES = List.of("ce-", "webhook-");

  /** RFC 9110, 5.6.2. */
  private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

  /** What a header's value may have, of what this side can send: no line breaks. */
  private static final Pattern VALUE = Pattern.compile("[\\t -~]*");

  /** As host names are, which an origin is (CloudEvents, HTTP webhooks, 4.1.1). */
  private static final Pattern ORIGIN = Pattern.compile("[A-Za-z0-9._-]+(:[0-9]+)?");

  /** More would make each request cost more than the event. */
  private static final int MOST_KEYS = 10;

  /**
   * @throws InvalidSinkException if one makes no sense; what is secret is not in its message
   */
  static WebhookSettings of(SinkDefinition sink) {
    SinksConfig.Webhook declared = sink.settings().webhook();
    if (declared.mode() != SinksConfig.ContentMode.BATCHED && sink.batch() > 1) {
      throw new InvalidSinkException("batch", "must be 1 unless mode is batched");
    }
    return new WebhookSettings(
        endpoint(declared),
        new WebhookSignature(keys(declared.secrets().orElse(List.of()))),
        headers(declared.headers()),
        handshake(declared.handshake()),
        declared);
  }

  private static Endpoint endpoint(SinksConfig.Webhook declared) {
    String url =
        declared
            .url()
            .orElseThrow(() -> new InvalidSinkException("url", "must be set for a webhook"));
    try {
      return Endpoint.parse(url);
    } catch (IllegalArgumentException broken) {
      throw new InvalidSinkException("url", String.valueOf(broken.getMessage()));
    }
  }

  private static List<SigningKey> keys(List<String> secrets) {
    if (secrets.size() > MOST_KEYS) {
      throw new InvalidSinkException("secrets", "must be at most " + MOST_KEYS);
    }
    try {
      return secrets.stream().map(String::strip).map(SigningKey::parse).toList();
    } catch (IllegalArgumentException broken) {
      throw new InvalidSinkException("secrets", String.valueOf(broken.getMessage()));
    }
  }

  private static MultiMap headers(Map<String, String> declared) {
    MultiMap headers = MultiMap.caseInsensitiveMultiMap();
    declared.forEach(
        (name, value) -> {
          String lower = name.toLowerCase(Locale.ROOT);
          String setting = "headers." + name;
          if (!TOKEN.matcher(name).matches()) {
            throw new InvalidSinkException(setting, "must be a header's name (RFC 9110, 5.1)");
          }
          if (TAKEN.contains(lower) || TAKEN_PREFIXES.stream().anyMatch(lower::startsWith)) {
            throw new InvalidSinkException(setting, "is a header that Penstock sets itself");
          }
          if (!VALUE.matcher(value).matches()) {
            throw new InvalidSinkException(setting, "must have printable ASCII characters only");
          }
          headers.set(name, value);
        });
    return headers;
  }

  private static @Nullable WebhookHandshake handshake(SinksConfig.Handshake declared) {
    Optional<String> origin = declared.origin();
    if (origin.isEmpty()) {
      if (declared.rate().isPresent()) {
        throw new InvalidSinkException("handshake.origin", "must be set if handshake.rate is");
      }
      return null;
    }
    if (!ORIGIN.matcher(origin.get()).matches()) {
      throw new InvalidSinkException(
          "handshake.origin", "must be a host name such as events.example.com");
    }
    if (declared.rate().isPresent() && declared.rate().getAsInt() < 1) {
      throw new InvalidSinkException("handshake.rate", "must be at least 1 request a minute");
    }
    return new WebhookHandshake(origin.get(), declared.rate());
  }
}
