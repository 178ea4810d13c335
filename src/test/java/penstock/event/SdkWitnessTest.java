package penstock.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.jackson.JsonFormat;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The CloudEvents SDK as a witness: what it writes is read here, written again, read back by it,
 * and still the same.
 */
class SdkWitnessTest {

  private static final int EVENTS = 300;
  private static final String[] TEXTS = {
    "a", " ", "\"", "\\", "%", "%41", "é", "€", "😀", "ключ", "'", "\u00A0", "\uFFFD", "日本語", "/",
    "<b>"
  };

  private final JsonFormat sdk = new JsonFormat();

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void readsWhatTheSdkWritesInStructuredMode(long seed) {
    var random = new Random(seed);
    for (int i = 0; i < EVENTS; i++) {
      CloudEvent sent = event(random, true);
      String json = new String(sdk.serialize(sent), StandardCharsets.UTF_8);

      assertThat(backToSdk(Requests.structured(json))).as(json).isEqualTo(viaJson(sent));
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {4, 5})
  void readsABatchOfThem(long seed) {
    var random = new Random(seed);
    List<CloudEvent> sent = random.ints(20).mapToObj(i -> event(random, true)).toList();
    String json =
        sent.stream()
            .map(event -> new String(sdk.serialize(event), StandardCharsets.UTF_8))
            .collect(Collectors.joining(",", "[", "]"));

    assertThat(
            new HttpEvents(new EventLimits(100_000, 100))
                .read(
                    Requests.headers("Content-Type: application/cloudevents-batch+json"),
                    Buffer.buffer(json),
                    () -> null))
        .extracting(this::backToSdk)
        .isEqualTo(sent.stream().map(this::viaJson).toList());
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {6, 7, 8})
  void readsThemInBinaryMode(long seed) {
    var random = new Random(seed);
    for (int i = 0; i < EVENTS; i++) {
      CloudEvent sent = event(random, false);
      MultiMap headers = Requests.headers();
      for (String name : sent.getAttributeNames()) {
        String value = String.valueOf(sent.getAttribute(name));
        if (name.equals("datacontenttype")) {
          headers.add("Content-Type", value);
        } else {
          headers.add("ce-" + name, header(value, random));
        }
      }
      for (String name : sent.getExtensionNames()) {
        headers.add("ce-" + name, header(String.valueOf(sent.getExtension(name)), random));
      }
      byte[] body = sent.getData() == null ? new byte[0] : sent.getData().toBytes();

      assertThat(backToSdk(Requests.read(headers, body).getFirst()))
          .as(headers.toString())
          .isEqualTo(viaJson(sent));
    }
  }

  /** As the HTTP binding has it; some senders encode more than they must, or quote. */
  private static String header(String value, Random random) {
    boolean all = random.nextBoolean();
    var header = new StringBuilder();
    for (byte one : value.getBytes(StandardCharsets.UTF_8)) {
      if (all || one <= ' ' || one == '"' || one == '%' || one > '~') {
        header.append('%').append("%02x".formatted(one & 0xFF));
      } else {
        header.append((char) one);
      }
    }
    String encoded = header.toString();
    return random.nextInt(4) == 0 && encoded.indexOf('\\') < 0 ? '"' + encoded + '"' : encoded;
  }

  private CloudEvent backToSdk(Event event) {
    return sdk.deserialize(Requests.utf8(Requests.json(event)));
  }

  /** The SDK compares data by its class, so what it sent is read by it as well. */
  private CloudEvent viaJson(CloudEvent event) {
    return sdk.deserialize(sdk.serialize(event));
  }

  private static CloudEvent event(Random random, boolean typedExtensions) {
    CloudEventBuilder builder =
        CloudEventBuilder.v1()
            .withId(text(random))
            .withSource(URI.create("urn:x:" + random.nextInt()))
            .withType(text(random));
    if (random.nextBoolean()) {
      builder.withSubject(text(random));
    }
    if (random.nextBoolean()) {
      builder.withTime(
          OffsetDateTime.parse("2026-01-02T03:04:05." + (1 + random.nextInt(999)) + "Z"));
    }
    if (random.nextBoolean()) {
      builder.withDataSchema(URI.create("https://example.com/" + random.nextInt()));
    }
    if (random.nextBoolean()) {
      builder.withExtension("text", text(random));
    }
    if (typedExtensions) {
      builder.withExtension("yes", random.nextBoolean()).withExtension("n", random.nextInt());
    }
    return switch (random.nextInt(4)) {
      case 0 -> builder.build();
      case 1 -> builder.withData("application/json", json(random)).build();
      case 2 -> builder.withData("application/x+json", json(random)).build();
      default -> {
        byte[] bytes = new byte[1 + random.nextInt(20)];
        random.nextBytes(bytes);
        yield builder.withData("application/octet-stream", bytes).build();
      }
    };
  }

  private static byte[] json(Random random) {
    String name = text(random).replace("\\", "\\\\").replace("\"", "\\\"");
    return Requests.utf8("{ \"" + name + "\" : [ " + random.nextInt() + " , null , { } ] }");
  }

  private static String text(Random random) {
    var text = new StringBuilder();
    for (int i = random.nextInt(4); i >= 0; i--) {
      text.append(TEXTS[random.nextInt(TEXTS.length)]);
    }
    return text.toString();
  }
}
