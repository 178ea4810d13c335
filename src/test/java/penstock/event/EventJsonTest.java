package penstock.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.Collections;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

@Timeout(value = 30, threadMode = ThreadMode.SEPARATE_THREAD)
class EventJsonTest {

  private final ObjectMapper jackson = new ObjectMapper();

  @Test
  void carriesEveryCharacterOnOneLine() throws IOException {
    for (int character = 0; character <= Character.MAX_CODE_POINT; character++) {
      boolean surrogate = character >= 0xD800 && character <= 0xDFFF;
      if (!surrogate && (character < 0x3000 || character % 97 == 0)) {
        String one = Character.toString(character);
        String text = one + "a" + one + one + " b \"" + one;

        String json = Requests.json(withText(text));

        assertThat(json).doesNotContain("\n", "\r");
        assertThat(jackson.readTree(json).get("data").textValue()).isEqualTo(text);
      }
    }
  }

  @Test
  void growsWithTheEvent() throws IOException {
    for (int length = 900; length < 1_100; length++) {
      String text = "é".repeat(length / 2) + "x".repeat(length % 2);
      assertThat(jackson.readTree(Requests.json(withText(text))).get("data").textValue())
          .isEqualTo(text);
    }
  }

  @Test
  void isAppendedToWhatIsThere() throws IOException {
    var extensions = new TreeMap<String, Object>();
    extensions.put("n", -7);
    extensions.put("yes", true);
    var event = new Event("1", "/s", "t", null, null, null, null, extensions, EventData.NONE);
    Buffer out = Buffer.buffer("data: ");

    EventJson.write(event, out);

    assertThat(out.toString())
        .isEqualTo(
            "data: {\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\",\"n\":-7,\"yes\":true}");
    JsonNode tree = jackson.readTree(out.toString().substring("data: ".length()));
    assertThat(tree.get("n").isInt()).isTrue();
  }

  private static Event withText(String text) {
    return new Event(
        "1",
        "/s",
        "t",
        null,
        null,
        "text/plain",
        null,
        Collections.emptySortedMap(),
        new EventData.Text(text));
  }
}
