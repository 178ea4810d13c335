package penstock.sink.webhook;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/**
 * Which addresses are of the internet at large, so that a receiver may be there: not those of this
 * machine, of a private network, of a link, of a provider's own network, nor those at which clouds
 * tell a machine its credentials.
 *
 * @see <a
 *     href="https://www.iana.org/assignments/iana-ipv4-special-registry/iana-ipv4-special-registry.xhtml">IANA,
 *     special-purpose addresses of IPv4</a>
 * @see <a
 *     href="https://www.iana.org/assignments/iana-ipv6-special-registry/iana-ipv6-special-registry.xhtml">the
 *     same of IPv6</a>
 */
final class AddressRule {

  private static final int IPV4_BYTES = 4;

  private final List<Network> refusedIpv4 =
      networks(
          "0.0.0.0/8", // this network
          "10.0.0.0/8", // private
          "100.64.0.0/10", // carrier-grade NAT, and Alibaba's metadata
          "127.0.0.0/8", // loopback
          "168.63.129.16/32", // Azure's host, which has the look of any other
          "169.254.0.0/16", // link-local, and the metadata of most clouds
          "172.16.0.0/12", // private
          "192.0.0.0/24", // protocol assignments, and Oracle's metadata
          "192.0.2.0/24", // documentation
          "192.88.99.0/24", // relays from IPv6
          "192.168.0.0/16", // private
          "198.18.0.0/15", // benchmarks
          "198.51.100.0/24", // documentation
          "203.0.113.0/24", // documentation
          "224.0.0.0/4", // multicast
          "240.0.0.0/4"); // reserved, and broadcast

  /** All that may be connected to of IPv6 is in here; unique-local and link-local are not. */
  private final Network unicastIpv6 = Network.parse("2000::/3");

  private final List<Network> refusedIpv6 =
      networks(
          "2001::/23", // protocol assignments, and tunnels
          "2001:db8::/32", // documentation
          "3fff::/20"); // documentation

  /** Networks of IPv6 in whose addresses one of IPv4 stands, and at which byte. */
  private final List<Embedding> embeddings =
      List.of(
          new Embedding(Network.parse("::/96"), 12), // compatible, long out of use
          new Embedding(Network.parse("64:ff9b::/96"), 12), // translated by NAT64
          new Embedding(Network.parse("2002::/16"), 2)); // 6to4

  /**
   * @param address one of IPv4 in the clothes of IPv6 ({@code ::ffff:127.0.0.1}) is one of IPv4 to
   *     Java
   */
  boolean isPublic(InetAddress address) {
    byte[] bytes = address.getAddress();
    return address instanceof Inet4Address ? isPublicIpv4(bytes) : isPublicIpv6(bytes);
  }

  private boolean isPublicIpv4(byte[] address) {
    return refusedIpv4.stream().noneMatch(network -> network.has(address));
  }

  private boolean isPublicIpv6(byte[] address) {
    for (Embedding embedding : embeddings) {
      if (embedding.network().has(address)) {
        return isPublicIpv4(
            Arrays.copyOfRange(address, embedding.at(), embedding.at() + IPV4_BYTES));
      }
    }
    return unicastIpv6.has(address)
        && refusedIpv6.stream().noneMatch(network -> network.has(address));
  }

  private static List<Network> networks(String... networks) {
    return Arrays.stream(networks).map(Network::parse).toList();
  }

  private record Embedding(Network network, int at) {}

  private record Network(byte[] prefix, int bits) {

    static Network parse(String text) {
      int slash = text.indexOf('/');
      try {
        // literals only, so that nothing is looked up
        return new Network(
            InetAddress.getByName(text.substring(0, slash)).getAddress(),
            Integer.parseInt(text.substring(slash + 1)));
      } catch (UnknownHostException impossible) {
        throw new IllegalArgumentException(text, impossible);
      }
    }

    boolean has(byte[] address) {
      int whole = bits / Byte.SIZE;
      int rest = bits % Byte.SIZE;
      return Arrays.equals(address, 0, whole, prefix, 0, whole)
          && (rest == 0 || ((address[whole] ^ prefix[whole]) & 0xFF) >> (Byte.SIZE - rest) == 0);
    }
  }
}
