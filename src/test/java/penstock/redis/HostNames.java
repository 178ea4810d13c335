package penstock.redis;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketException;
import java.util.Arrays;

/**
 * A DNS server for tests, which gives the same address for whatever name it is asked for, to be
 * kept by nobody, until it is told another.
 */
final class HostNames implements AutoCloseable {

  private static final int HEADER = 12;
  private static final int TYPE_AND_CLASS = 4;
  private static final int IPV4 = 1;
  private static final int MOST = 512;

  private final DatagramSocket socket;
  private volatile byte[] address;

  HostNames(String first) {
    try {
      socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
    address = bytes(first);
    Thread.ofVirtual().start(this::serve);
  }

  private static byte[] bytes(String address) {
    try {
      return InetAddress.getByName(address).getAddress();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** For the resolver of whoever is to ask it. */
  String server() {
    return "127.0.0.1:" + socket.getLocalPort();
  }

  /** All names lead there from now on. */
  void leadTo(String other) {
    address = bytes(other);
  }

  private void serve() {
    byte[] buffer = new byte[MOST];
    while (!socket.isClosed()) {
      try {
        var query = new DatagramPacket(buffer, buffer.length);
        socket.receive(query);
        byte[] answer = answer(Arrays.copyOf(query.getData(), query.getLength()));
        socket.send(new DatagramPacket(answer, answer.length, query.getSocketAddress()));
      } catch (IOException closed) {
        return;
      }
    }
  }

  /** As RFC 1035 has it: the question, and one record that points to its name. */
  private byte[] answer(byte[] query) throws IOException {
    int end = HEADER;
    while (query[end] != 0) {
      end += 1 + query[end];
    }
    end += 1 + TYPE_AND_CLASS;
    boolean known = query[end - TYPE_AND_CLASS + 1] == IPV4;
    var out = new ByteArrayOutputStream();
    out.write(query, 0, 2);
    out.write(new byte[] {(byte) 0x84, 0, 0, 1, 0, (byte) (known ? 1 : 0), 0, 0, 0, 0});
    out.write(query, HEADER, end - HEADER);
    if (known) {
      out.write(new byte[] {(byte) 0xC0, HEADER, 0, IPV4, 0, 1, 0, 0, 0, 0, 0, 4});
      out.write(address);
    }
    return out.toByteArray();
  }

  @Override
  public void close() {
    socket.close();
  }
}
