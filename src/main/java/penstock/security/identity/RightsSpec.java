package penstock.security.identity;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Rights as they are written, of a role or of a token. */
public record RightsSpec(List<GrantSpec> grants) {

  public RightsSpec {
    grants = List.copyOf(grants);
  }

  /** For one caller. */
  public Stream<Grant> resolve(Claims claims) {
    return grants.stream().map(one -> one.resolve(claims)).filter(Objects::nonNull);
  }
}
