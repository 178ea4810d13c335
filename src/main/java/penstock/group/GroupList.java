package penstock.group;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import penstock.security.identity.AllowedValues;

/** The groups of a stream, by name. */
record GroupList(List<Item> groups) {

  @Schema(name = "GroupSummary")
  record Item(@Schema(implementation = GroupName.class) String name) {}

  /** Those that one may know of. */
  GroupList only(AllowedValues visible) {
    return new GroupList(groups.stream().filter(one -> visible.admits(one.name())).toList());
  }

  static GroupList of(List<String> names) {
    return new GroupList(names.stream().sorted().map(Item::new).toList());
  }
}
