package penstock.view;

import penstock.stream.Names;

/** The name of a view; it cannot be ill-formed. */
public record ViewName(String value) implements Comparable<ViewName> {

  public ViewName {
    Names.check("view", value);
  }

  @Override
  public int compareTo(ViewName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
