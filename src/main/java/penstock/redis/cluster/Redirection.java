package penstock.redis.cluster;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import penstock.redis.topology.ServerAddress;

/**
 * What a node of a cluster answers instead of doing what it was asked. Nothing was done.
 *
 * @param to where to go; null if it is to be asked again, or no host is named
 */
public record Redirection(Kind kind, int slot, @Nullable ServerAddress to) {

  private static final Pattern ELSEWHERE = Pattern.compile("(MOVED|ASK) (\\d+) (\\S*):(\\d+)");
  private static final int NO_SLOT = -1;

  /** Why. */
  public enum Kind {
    /** Another node has the slot. */
    MOVED,
    /** The slot is on its way to another node, and the key is there already, or nowhere. */
    ASK,
    /** The slot is on its way, and some of the keys are here and some are not. */
    TRYAGAIN,
    /** Nobody has the slot, or too few nodes hear of each other. */
    CLUSTERDOWN
  }

  /** Reads an error reply; empty if it is another one, such as a script's. */
  public static Optional<Redirection> of(String reply) {
    Matcher elsewhere = ELSEWHERE.matcher(reply);
    if (elsewhere.matches()) {
      String host = elsewhere.group(3);
      return Optional.of(
          new Redirection(
              Kind.valueOf(elsewhere.group(1)),
              Integer.parseInt(elsewhere.group(2)),
              host.isEmpty() || host.equals("?")
                  ? null
                  : new ServerAddress(host, Integer.parseInt(elsewhere.group(4)))));
    }
    if (reply.startsWith("TRYAGAIN ")) {
      return Optional.of(new Redirection(Kind.TRYAGAIN, NO_SLOT, null));
    }
    return reply.startsWith("CLUSTERDOWN ")
        ? Optional.of(new Redirection(Kind.CLUSTERDOWN, NO_SLOT, null))
        : Optional.empty();
  }
}
