package penstock.stream;

import java.nio.charset.StandardCharsets;
import org.apache.commons.codec.digest.MurmurHash2;

/**
 * Which partition a key belongs to: the same as Kafka's default partitioner says for the key's
 * UTF-8 bytes, the 32 bits of murmur2 with the sign bit cleared, modulo the number of partitions.
 */
public final class Partitioner {

  private Partitioner() {}

  public static int partition(String key, int partitions) {
    return partitions == 1 ? 0 : (hash(key) & Integer.MAX_VALUE) % partitions;
  }

  static int hash(String key) {
    byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
    return MurmurHash2.hash32(bytes, bytes.length);
  }
}
