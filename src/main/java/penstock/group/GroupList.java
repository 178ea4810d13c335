package penstock.group;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The groups of a stream, by name. */
record GroupList(List<Item> groups) {

  @Schema(name = "GroupSummary")
  record Item(@Schema(implementation = GroupName.class) String name) {}

  static GroupList of(List<String> names) {
    return new GroupList(names.stream().sorted().map(Item::new).toList());
  }
}
