package penstock.feed.connection;

import io.netty.util.NetUtil;
import io.vertx.core.net.SocketAddress;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * What readers of one client have in common: an IPv4 address, or the 64 bits of an IPv6 network, as
 * it is a network that a subscriber of the internet is given. A proxy may give something else,
 * which is taken as it is.
 */
public record ClientAddress(String value) {

  private static final int NETWORK_BYTES = 8;

  /**
   * @param address of the connection's other end, or as a trusted proxy gives it
   */
  public static ClientAddress of(SocketAddress address) {
    String text = address.hostAddress() == null ? address.host() : address.hostAddress();
    if (text == null) {
      return new ClientAddress(address.toString());
    }
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(text);
    String name = bytes == null ? text : name(bytes);
    // mostly it is the text that the connection holds anyway
    return new ClientAddress(name.equals(address.host()) ? address.host() : name);
  }

  private static String name(byte[] address) {
    try {
      InetAddress ip = InetAddress.getByAddress(address);
      return ip instanceof Inet4Address
          ? ip.getHostAddress()
          : HexFormat.of().formatHex(Arrays.copyOf(address, NETWORK_BYTES)) + "/64";
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("no address: " + address.length + " bytes", e);
    }
  }
}
