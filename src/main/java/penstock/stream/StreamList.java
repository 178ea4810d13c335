package penstock.stream;

import java.util.List;

/** All streams, by name. */
record StreamList(List<Item> streams) {

  record Item(String name, int partitions) {}

  static StreamList of(List<Stream> streams) {
    return new StreamList(
        streams.stream()
            .map(one -> new Item(one.name().value(), one.partitions().size()))
            .toList());
  }
}
