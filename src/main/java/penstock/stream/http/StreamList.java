package penstock.stream.http;

import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import penstock.http.NameWriter;
import penstock.stream.StreamName;
import penstock.stream.registry.Stream;

/** All streams, by name. */
record StreamList(List<Item> streams) {

  @Schema(name = "StreamSummary")
  record Item(
      @Schema(implementation = StreamName.class) @JsonSerialize(using = NameWriter.class)
          String name,
      @Schema(minimum = "1") int partitions) {}

  static StreamList of(List<Stream> streams) {
    return new StreamList(
        streams.stream()
            .map(one -> new Item(one.name().value(), one.partitions().size()))
            .toList());
  }
}
