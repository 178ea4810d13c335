package penstock.projection.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import penstock.view.fold.Entry;

class EntryCacheTest {

  private static Entry entry(int bytes) {
    return Entry.of(Map.of("f", new byte[bytes]));
  }

  @Test
  void forgetsTheLeastUsedBeyondItsBound() {
    var cache = new EntryCache(5_000);
    cache.put("a", entry(1_000), 1);
    cache.put("b", entry(1_000), 1);
    cache.put("c", entry(1_000), 1);
    cache.get("a");
    cache.put("d", entry(2_000), 1);
    cache.committed(1);
    assertThat(cache.knows("b")).isFalse();
    assertThat(cache.knows("a")).isTrue();
    assertThat(cache.weight()).isLessThanOrEqualTo(5_000);
  }

  @Test
  void keepsWhatIsNotCommitted() {
    var cache = new EntryCache(1_000);
    cache.put("a", entry(2_000), 1);
    cache.put("b", entry(2_000), 2);
    cache.committed(1);
    assertThat(cache.knows("a")).isFalse();
    assertThat(cache.knows("b")).isTrue();
    cache.committed(2);
    assertThat(cache.knows("b")).isFalse();
    assertThat(cache.weight()).isZero();
  }

  @Test
  void knowsThatThereIsNone() {
    var cache = new EntryCache(1_000);
    cache.put("a", null, 1);
    assertThat(cache.get("a")).isEqualTo(new EntryCache.Cached(null, 1));
    assertThat(cache.get("b")).isNull();
    cache.clear();
    assertThat(cache.knows("a")).isFalse();
  }
}
