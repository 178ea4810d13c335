package penstock.sink.webhook;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Finds the addresses of hosts that may be connected to. What comes of it is connected to as it is,
 * and not looked up again: whoever answers for the name cannot give a good address to the check and
 * another one to the connection. For one event loop.
 */
final class AddressResolver {

  /** Asks the system; blocks. Throws if the name is unknown. */
  @FunctionalInterface
  interface Source {
    InetAddress[] addresses(String host) throws UnknownHostException;
  }

  /** How long an answer is good for, as in the JDK: a receiver may move. */
  private static final long KEPT_NANOS = Duration.ofSeconds(30).toNanos();

  /** Hosts that are kept: there is more than one only where redirects are followed. */
  private static final int MOST_HOSTS = 16;

  private final Vertx vertx;
  private final Source source;

  private final Predicate<InetAddress> rule;

  private final Map<String, Known> known =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
          return size() > MOST_HOSTS;
        }
      };

  /**
   * @param rule which addresses may be connected to
   */
  AddressResolver(Vertx vertx, Source source, Predicate<InetAddress> rule) {
    this.vertx = vertx;
    this.source = source;
    this.rule = rule;
  }

  /**
   * An address of a host, each of them in turn.
   *
   * @return fails with a {@link RefusedAddressException} if the host has none that may be connected
   *     to, or an {@link UnknownHostException}
   */
  Future<InetAddress> find(String host) {
    Known present = known.get(host);
    if (present == null || System.nanoTime() - present.since > KEPT_NANOS) {
      present = new Known(look(host));
      known.put(host, present);
    }
    Known asked = present;
    return asked.addresses.map(asked::next).onFailure(failure -> known.remove(host, asked));
  }

  /** The address did not answer: the next one is tried, or the name is looked up again. */
  void failed(String host) {
    Known present = known.get(host);
    if (present != null && present.isSpent()) {
      known.remove(host);
    }
  }

  private Future<List<InetAddress>> look(String host) {
    return vertx.<List<InetAddress>>executeBlocking(
        () -> allowed(host, source.addresses(host)), false);
  }

  private List<InetAddress> allowed(String host, InetAddress[] addresses) {
    List<InetAddress> allowed = Arrays.stream(addresses).filter(rule).toList();
    if (allowed.isEmpty()) {
      throw new RefusedAddressException(host);
    }
    return allowed;
  }

  private static final class Known {

    private final Future<List<InetAddress>> addresses;
    private final long since = System.nanoTime();
    private int used;

    Known(Future<List<InetAddress>> addresses) {
      this.addresses = addresses;
    }

    InetAddress next(List<InetAddress> all) {
      return all.get(Math.floorMod(used++, all.size()));
    }

    boolean isSpent() {
      return addresses.succeeded() && used >= addresses.result().size();
    }
  }
}
