package penstock.feed.view;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.vertx.core.buffer.Buffer;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import penstock.feed.frame.HistoryQuota;
import penstock.stream.LogState;
import penstock.stream.Position;
import penstock.stream.StreamName;
import penstock.stream.Term;
import penstock.view.Generation;
import penstock.view.ViewName;

/** What is held is bytes; until the next collection there are objects too, which read the same. */
class ChangeBufferTest {

  private static ChangeBuffer buffer(int mostKeys, long mostBytes) {
    return buffer(mostKeys, mostBytes, new HistoryQuota(1 << 30));
  }

  private static ChangeBuffer buffer(int mostKeys, long mostBytes, HistoryQuota quota) {
    return new ChangeBuffer(
        new ViewName("carts"),
        new Generation("g", new StreamName("carts"), 1, "count"),
        List.of(
            new LogState(
                "life", List.of(Term.parse("1:aaaa:0-0")), Position.ZERO, Position.ZERO, 0, 1)),
        mostKeys,
        mostBytes,
        quota);
  }

  private static ChangeBatch change(ChangeBuffer buffer, long position, String... keys) {
    Map<String, Buffer> values = new LinkedHashMap<>();
    for (String key : keys) {
      values.put(key, Buffer.buffer("{\"key\":\"" + key + "\",\"value\":" + position + "}"));
    }
    var batch = new ChangeBatch(buffer.cursor(List.of(new Position(position, 0))), values);
    buffer.add(batch);
    return batch;
  }

  private static String all(ChangeBatch batch) {
    return batch.frames(null, 0).frames().toString();
  }

  @Test
  void whatIsOlderReadsTheSame() {
    ChangeBuffer buffer = buffer(10_000, 1 << 20);
    var added = new ArrayList<ChangeBatch>();
    for (int i = 0; i < 1_000; i++) {
      added.add(change(buffer, i + 1, "k\u00e9y-" + i, "other", "a" + i % 7));
    }
    for (int i = 0; i < 1_000; i++) {
      ChangeBatch found = buffer.find(i);
      assertThat(all(found)).isEqualTo(all(added.get(i)));
      assertThat(found.at()).isEqualTo(added.get(i).at());
      assertThat(found.keys()).containsExactlyElementsOf(added.get(i).keys());
      assertThat(found.frames(Set.of("other"), 1).frames())
          .isEqualTo(added.get(i).frames(Set.of("other"), 1).frames());
      assertThat(buffer.before(i + 1)).isEqualTo(added.get(i).at());
    }
    assertThat(buffer.find(1_000)).isNull();
    assertThat(buffer.find(0)).as("made anew").isNotSameAs(added.get(0));
    assertThat(buffer.find(999)).isSameAs(added.get(999));
  }

  /** Readers had frames of them, and of the newest nothing was dropped yet. */
  @Test
  void noneIsKeptAsAnObjectBeyondACollection() {
    ChangeBuffer buffer = buffer(10_000, 1 << 20);
    var all = new ArrayList<WeakReference<ChangeBatch>>();
    for (int i = 0; i < 200; i++) {
      all.add(new WeakReference<>(change(buffer, i + 1, "a", "b")));
      buffer.from(i, null);
      buffer.from(i, Set.of("b"));
    }
    await()
        .untilAsserted(
            () -> {
              System.gc();
              assertThat(all).allSatisfy(one -> assertThat(one.get()).isNull());
            });
    assertThat(all(buffer.find(199))).contains("\"value\":200}");
  }

  @Test
  void holdsSoManyKeysAndNoMore() {
    ChangeBuffer buffer = buffer(10, 1 << 20);
    for (int i = 0; i < 7; i++) {
      change(buffer, i + 1, "a", "b", "c");
    }
    assertThat(buffer.find(3)).isNull();
    assertThat(buffer.from(3, null)).isNull();
    assertThat(buffer.find(4)).isNotNull();
    change(buffer, 8, "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k");
    assertThat(buffer.find(6)).isNull();
    assertThat(buffer.find(7)).as("one may always stay").isNotNull();
  }

  @Test
  void holdsSoManyBytesAndNoMore() {
    ChangeBuffer buffer = buffer(10_000, 4_096);
    for (int i = 0; i < 500; i++) {
      change(buffer, i + 1, "key-" + i);
    }
    long held = LongStream.range(0, 500).filter(n -> buffer.find(n) != null).count();
    assertThat(held).isBetween(20L, 60L);
    assertThat(buffer.find(500 - held)).isNotNull();
    assertThat(buffer.find(499 - held)).isNull();
  }

  @Test
  void takesItsPartOfWhatThereIsForAllUntilItIsClosed() {
    var quota = new HistoryQuota(1 << 20);
    ChangeBuffer buffer = buffer(10_000, 1 << 20, quota);
    change(buffer, 1, "key");
    assertThat(quota.taken()).isPositive();
    buffer.close();
    assertThat(quota.taken()).isZero();
  }
}
