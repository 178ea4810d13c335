package penstock.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PartitionerTest {

  /** The hashes are those that Kafka's clients publish as test vectors of their murmur2. */
  @ParameterizedTest
  @CsvSource({
    "21, -973932308",
    "foobar, -790332482",
    "a-little-bit-long-string, -985981536",
    "a-little-bit-longer-string, -1486304829",
    "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8, -58897971",
  })
  void hashesAsKafkaDoes(String key, int hash) {
    assertThat(Partitioner.hash(key)).isEqualTo(hash);
  }

  /** Published in docs/streams.md: other implementations must agree. */
  @ParameterizedTest
  @CsvSource({"order-1, 8, 6", "order-2, 8, 3", "Grüße, 8, 7", "customer/42, 64, 23"})
  void choosesThePublishedPartition(String key, int partitions, int partition) {
    assertThat(Partitioner.partition(key, partitions)).isEqualTo(partition);
  }

  @Test
  void spreadsKeysEvenly() {
    int[] counts = new int[8];
    IntStream.range(0, 80_000).forEach(i -> counts[Partitioner.partition("key-" + i, 8)]++);
    assertThat(Arrays.stream(counts)).allMatch(count -> count > 9_500 && count < 10_500);
  }
}
