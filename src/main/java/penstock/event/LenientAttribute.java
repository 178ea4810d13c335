package penstock.event;

import java.util.Locale;

/** An attribute that well-known senders get wrong, and that can be taken as it is. */
public enum LenientAttribute {
  /** One that is no absolute URI; an empty one is as if it were not given. */
  DATASCHEMA(Attribute.DATASCHEMA),
  /** One that is no URI reference, such as a name with blanks. */
  SOURCE(Attribute.SOURCE);

  private final Attribute attribute;

  LenientAttribute(Attribute attribute) {
    this.attribute = attribute;
  }

  boolean is(Attribute other) {
    return attribute == other;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
