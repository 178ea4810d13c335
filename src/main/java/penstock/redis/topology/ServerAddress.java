package penstock.redis.topology;

import java.net.URI;

/** Where a server listens; a name is resolved anew by each connection. */
public record ServerAddress(String host, int port) implements Comparable<ServerAddress> {

  private static final int DEFAULT_PORT = 6379;

  /** The address in a {@code redis:} or {@code rediss:} URI. */
  public static ServerAddress of(URI uri, int defaultPort) {
    return new ServerAddress(
        uri.getHost() == null ? "localhost" : uri.getHost(),
        uri.getPort() < 0 ? defaultPort : uri.getPort());
  }

  /** The same, with the port that Redis has if none is said. */
  public static ServerAddress of(URI uri) {
    return of(uri, DEFAULT_PORT);
  }

  @Override
  public int compareTo(ServerAddress other) {
    int hosts = host.compareTo(other.host);
    return hosts != 0 ? hosts : Integer.compare(port, other.port);
  }

  @Override
  public String toString() {
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }
}
