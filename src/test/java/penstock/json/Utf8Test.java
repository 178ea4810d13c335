package penstock.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against the decoder of the platform. */
class Utf8Test {

  private static final int TEXTS = 20_000;

  private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
  private final CharBuffer decoded = CharBuffer.allocate(64);

  @Test
  void judgesAllSequencesOfUpToThreeBytes() {
    for (int first = 0; first < 0x100; first++) {
      assertSameAsPlatform((byte) first);
      for (int second = 0; second < 0x100; second++) {
        assertSameAsPlatform((byte) first, (byte) second);
        for (int third = 0x60; first >= 0xE0 && third < 0x100; third++) {
          assertSameAsPlatform((byte) first, (byte) second, (byte) third);
        }
      }
    }
  }

  @Test
  void judgesTheBordersOfAllSequencesOfFourBytes() {
    int[] borders = {0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF};
    for (int first = 0xE0; first < 0x100; first++) {
      for (int second = 0; second < 0x100; second++) {
        for (int third : borders) {
          for (int fourth : borders) {
            assertSameAsPlatform((byte) first, (byte) second, (byte) third, (byte) fourth);
          }
        }
      }
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void findsTheFirstBrokenByteOfRandomText(long seed) {
    var random = new Random(seed);
    String[] pieces = {"a", "plain text", "é", "€", "😀"};
    for (int i = 0; i < TEXTS; i++) {
      var text = new StringBuilder();
      for (int piece = random.nextInt(8); piece >= 0; piece--) {
        text.append(pieces[random.nextInt(pieces.length)]);
      }
      byte[] bytes = utf8(text.toString());
      assertSameAsPlatform(bytes);
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      assertSameAsPlatform(bytes);
    }
  }

  private void assertSameAsPlatform(byte... bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    decoder.reset();
    decoded.clear();
    CoderResult result = decoder.decode(in, decoded, true);
    int broken = result.isError() ? in.position() : -1;
    if (Utf8.firstBroken(bytes) != broken) {
      assertThat(Utf8.firstBroken(bytes)).as(HexFormat.of().formatHex(bytes)).isEqualTo(broken);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
