package penstock.stream;

/** The name of a stream; it cannot be ill-formed. */
public record StreamName(String value) implements Comparable<StreamName> {

  public StreamName {
    Names.check("stream", value);
  }

  @Override
  public int compareTo(StreamName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
