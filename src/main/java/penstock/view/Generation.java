package penstock.view;

import java.util.List;
import java.util.stream.IntStream;
import penstock.stream.Partition;
import penstock.stream.StreamName;
import penstock.view.fold.Fold;
import penstock.view.fold.FoldSpec;
import penstock.view.fold.Folds;

/**
 * One build of a view, and what a reader must know of it.
 *
 * @param id a hash of the definition and the number of the rebuild
 * @param foldName the fold with its settings, as {@link FoldSpec#text} has it
 */
public record Generation(String id, StreamName stream, int partitionCount, String foldName) {

  /** What the registry keeps of it. */
  String description() {
    return stream + " " + partitionCount + " " + foldName;
  }

  public static Generation parse(String id, String description) {
    String[] parts = description.split(" ", 3);
    return new Generation(id, new StreamName(parts[0]), Integer.parseInt(parts[1]), parts[2]);
  }

  /** The consumer group on the logs. */
  public String group(ViewName view) {
    return "view." + view + "." + id;
  }

  /** The number of the rebuild, from 0. */
  public int number() {
    return number(id);
  }

  static int number(String id) {
    return Integer.parseInt(id.substring(id.lastIndexOf('-') + 1));
  }

  /** The next build of the same definition. */
  public Generation next() {
    return new Generation(
        id.substring(0, id.lastIndexOf('-') + 1) + (number() + 1),
        stream,
        partitionCount,
        foldName);
  }

  /** Whether both are builds of one definition. */
  boolean hasDefinitionOf(Generation other) {
    return isBuildOf(other.id);
  }

  /** Whether the generation of that id is of the same definition. */
  boolean isBuildOf(String other) {
    return id.substring(0, id.lastIndexOf('-')).equals(other.substring(0, other.lastIndexOf('-')));
  }

  /** In order. */
  public List<Partition> partitions() {
    return IntStream.range(0, partitionCount)
        .mapToObj(index -> new Partition(stream, index))
        .toList();
  }

  public Fold fold() {
    return Folds.of(FoldSpec.parse(foldName), partitionCount);
  }

  @Override
  public String toString() {
    return id;
  }
}
