package penstock.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;

public class GzipBodyTest {

  private static final byte[] TEXT = "{\"a\":[1,2,3]}".getBytes(StandardCharsets.UTF_8);

  public static byte[] gzip(byte[] plain) {
    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write(plain);
    } catch (IOException never) {
      throw new UncheckedIOException(never);
    }
    return out.toByteArray();
  }

  private static byte[] join(byte[]... parts) {
    Buffer all = Buffer.buffer();
    for (byte[] part : parts) {
      all.appendBytes(part);
    }
    return all.getBytes();
  }

  private static byte[] inflate(byte[] compressed) {
    return GzipBody.inflate(compressed, more -> {}).getBytes();
  }

  private static void assertBroken(byte[] compressed) {
    assertThatThrownBy(() -> inflate(compressed))
        .isInstanceOfSatisfying(
            ProblemException.class,
            refused ->
                assertThat(refused.problem().type()).isEqualTo(ProblemType.MALFORMED_REQUEST));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 100, 16_384, 100_000})
  void inflatesWhatWasDeflated(int length) {
    byte[] plain = new byte[length];
    new Random(length).nextBytes(plain);
    assertThat(inflate(gzip(plain))).isEqualTo(plain);
  }

  @Test
  void takesMembersBehindEachOther() {
    assertThat(inflate(join(gzip(TEXT), gzip(new byte[0]), gzip(TEXT))))
        .isEqualTo(join(TEXT, TEXT));
  }

  /** As {@code gzip} writes it, and with all that a header may have. */
  @Test
  void readsAllOfAHeader() {
    byte[] plain = gzip(TEXT);
    byte[] body = Arrays.copyOfRange(plain, 10, plain.length);
    byte[] named = {0x1f, (byte) 0x8b, 8, 8, 1, 2, 3, 4, 2, 3, 'a', '.', 'b', 0};
    byte[] all = {
      0x1f, (byte) 0x8b, 8, 30, 0, 0, 0, 0, 0, 3, 2, 0, 'x', 'y', 'a', 0, 'c', 0, 18, 110
    };
    assertThat(inflate(join(named, body))).isEqualTo(TEXT);
    assertThat(inflate(join(all, body))).isEqualTo(TEXT);
    all[all.length - 1]++;
    assertBroken(join(all, body));
  }

  @Test
  void refusesWhatIsCutOff() {
    byte[] whole = gzip(TEXT);
    for (int length = 0; length < whole.length; length++) {
      assertBroken(Arrays.copyOf(whole, length));
      if (length > 0) {
        assertBroken(join(whole, Arrays.copyOf(whole, length)));
      }
    }
  }

  /** Or it is not noticed, since what comes out is the same: as of bits that have no meaning. */
  @Test
  void refusesWhatIsDamaged() {
    byte[] whole = gzip(TEXT);
    int refused = 0;
    for (int i = 10; i < whole.length; i++) {
      for (int bit = 1; bit < 256; bit <<= 1) {
        byte[] damaged = whole.clone();
        damaged[i] ^= (byte) bit;
        try {
          assertThat(inflate(damaged)).isEqualTo(TEXT);
        } catch (ProblemException expected) {
          refused++;
        }
      }
    }
    assertThat(refused).isGreaterThan(8 * (whole.length - 10) - 16);
  }

  @Test
  void refusesWhatStandsBehind() {
    assertBroken(join(gzip(TEXT), new byte[] {0}));
    assertBroken(join(gzip(TEXT), TEXT));
    assertBroken(TEXT);
  }

  /** A thousand times as much comes out as goes in: it is looked at on the way. */
  @Test
  void stopsWhenItIsTooMuch() {
    byte[] bomb = gzip(new byte[50_000_000]);
    assertThat(bomb.length).isLessThan(60_000);
    var seen = new AtomicInteger();
    assertThatThrownBy(
            () ->
                GzipBody.inflate(
                    bomb,
                    more -> {
                      if (seen.addAndGet(more) > 100_000) {
                        throw new IllegalStateException("too much");
                      }
                    }))
        .hasMessage("too much");
    assertThat(seen.get()).isLessThan(120_000);
  }
}
