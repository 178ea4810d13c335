package penstock.event;

import java.util.Set;
import java.util.function.Consumer;

/**
 * Which attributes are taken although their value breaks the rule of CloudEvents. What is no text
 * at all, or has characters that no attribute may have, is refused all the same.
 *
 * @param taken is told of each that is
 */
public record LenientRule(Set<LenientAttribute> attributes, Consumer<LenientAttribute> taken) {

  static final LenientRule STRICT = new LenientRule(Set.of(), none -> {});

  public LenientRule {
    attributes = Set.copyOf(attributes);
  }

  /** Whether the value, which breaks its attribute's rule, is taken. */
  boolean takes(Attribute attribute, String value) {
    for (LenientAttribute lenient : attributes) {
      if (lenient.is(attribute) && (!attribute.required || !value.isEmpty())) {
        taken.accept(lenient);
        return true;
      }
    }
    return false;
  }
}
