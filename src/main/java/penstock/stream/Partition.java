package penstock.stream;

/** One of a stream's partitions, counted from 0. */
public record Partition(StreamName stream, int index) {

  @Override
  public String toString() {
    return stream + "/" + index;
  }
}
