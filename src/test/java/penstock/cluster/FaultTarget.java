package penstock.cluster;

import java.util.List;

/**
 * The logs that faults befall, and who reads them.
 *
 * @param stream whose partitions' logs they are
 * @param views whether the views of {@link TestedView} are folded from them
 * @param groups further consumer groups on each log, as Redis names them: {@code group.any}
 */
record FaultTarget(String stream, int partitions, boolean views, List<String> groups) {

  private static final String PULL_GROUP = "group.";

  /** What every cluster has. */
  static FaultTarget views(Cluster cluster) {
    return new FaultTarget(Cluster.STREAM, cluster.settings().partitions(), true, List.of());
  }

  /** Pull groups of that stream; how the views fare is not looked at. */
  static FaultTarget pullGroups(Cluster cluster, List<String> names) {
    return new FaultTarget(
        Cluster.STREAM,
        cluster.settings().partitions(),
        false,
        names.stream().map(PULL_GROUP::concat).toList());
  }

  /** What all keys of a partition begin with. */
  String base(int partition) {
    return "ps:{" + stream + "/" + partition + "}:";
  }

  String events(int partition) {
    return base(partition) + "events";
  }

  /** The names of those that are pull groups. */
  List<String> pullGroups() {
    return groups.stream()
        .filter(group -> group.startsWith(PULL_GROUP))
        .map(group -> group.substring(PULL_GROUP.length()))
        .toList();
  }
}
