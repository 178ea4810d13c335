package penstock.cluster;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import penstock.cluster.RequestFrames.Frame;

/**
 * Stands between a client and a Redis server and does what networks do: delays, cuts, swallows,
 * holds back, delivers twice. Requests are passed on whole, replies as they come.
 */
final class FaultyProxy implements AutoCloseable {

  private static final int CHUNK = 64 * 1024;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final ServerSocket listener;
  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private final AtomicReference<@Nullable Hold> hold = new AtomicReference<>();
  private final AtomicReference<@Nullable Cut> cut = new AtomicReference<>();
  private final AtomicReference<@Nullable Copy> copy = new AtomicReference<>();
  private volatile int target;
  private volatile Duration delay = Duration.ZERO;
  private volatile boolean swallowing;
  private volatile boolean closed;

  FaultyProxy(int target) {
    this.target = target;
    try {
      listener = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().name("proxy-" + listener.getLocalPort()).start(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  /** Where connections to come go to; those that there are stay. */
  void target(int port) {
    target = port;
  }

  /** Every request and every reply is late by this. */
  void delay(Duration by) {
    delay = by;
  }

  /** Closes all connections. */
  void cut() {
    links.forEach(Link::close);
  }

  /**
   * One connection, or all, stay open and nothing gets through any more, until they are closed.
   * With all, this also befalls those to come, until {@link #heal}.
   */
  void swallow(boolean all, RandomGenerator random) {
    if (all) {
      swallowing = true;
    }
    List<Link> present = List.copyOf(links);
    if (all) {
      present.forEach(link -> link.swallowing = true);
    } else if (!present.isEmpty()) {
      present.get(random.nextInt(present.size())).swallowing = true;
    }
  }

  /** Waits until such a request came, lets Redis do it, and closes before the reply. */
  Cut cutBeforeReply(Predicate<Frame> which) {
    return cut(which, true);
  }

  /** Waits until such a request came, passes on a part of it, and closes. */
  Cut cutInRequest(Predicate<Frame> which) {
    return cut(which, false);
  }

  private Cut cut(Predicate<Frame> which, boolean whole) {
    Cut next = new Cut(which, whole, new CountDownLatch(1));
    cut.set(next);
    return next;
  }

  /** Holds back the next such request, and what its connection sends after it. */
  Hold hold(Predicate<Frame> which) {
    Hold next =
        new Hold(which, new CountDownLatch(1), new CountDownLatch(1), new CountDownLatch(1));
    hold.set(next);
    return next;
  }

  /** Remembers the next such request, to send it a second time; see {@link #repeat}. */
  Copy copy(Predicate<Frame> which) {
    Copy next = new Copy(which, new CountDownLatch(1), new AtomicReference<>());
    copy.set(next);
    return next;
  }

  /** Sends a request again, on a connection of its own, as proxies do that retry. */
  void repeat(Frame frame) {
    try (Socket again = new Socket(InetAddress.getLoopbackAddress(), target)) {
      again.setSoTimeout((int) PATIENCE.toMillis());
      again.getOutputStream().write(frame.bytes());
      again.shutdownOutput();
      again.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (IOException lost) {
      // Then it came but once.
    }
  }

  /** Ends every fault. What was swallowed stays so: its connections are closed. */
  void heal() {
    delay = Duration.ZERO;
    swallowing = false;
    cut.set(null);
    copy.set(null);
    letGo();
    links.forEach(
        link -> {
          if (link.swallowing) {
            link.close();
          }
        });
  }

  private void letGo() {
    Hold held = hold.getAndSet(null);
    if (held != null) {
      held.release();
    }
  }

  /**
   * A connection that is to be lost within a request, or between it and its reply.
   *
   * @param whole whether Redis gets all of the request
   * @param done it was lost
   */
  record Cut(Predicate<Frame> which, boolean whole, CountDownLatch done) {}

  /**
   * A request that is held back.
   *
   * @param came it is here
   * @param answered the first reply after its release came
   */
  record Hold(
      Predicate<Frame> which,
      CountDownLatch came,
      CountDownLatch released,
      CountDownLatch answered) {
    void release() {
      released.countDown();
    }
  }

  /**
   * A request that is remembered.
   *
   * @param came it is here, and went on
   */
  record Copy(Predicate<Frame> which, CountDownLatch came, AtomicReference<Frame> frame) {}

  private void accept() {
    while (!closed) {
      try {
        Socket client = listener.accept();
        client.setTcpNoDelay(true);
        Link link = new Link(client, swallowing);
        links.add(link);
        if (closed) {
          // Closing the listener does not keep one from being accepted at that moment.
          link.close();
        } else {
          Thread.ofVirtual().start(link::run);
        }
      } catch (IOException e) {
        if (!closed) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  /** Lets nothing through any more; what is swallowed stays so to the end. */
  @Override
  public void close() {
    closed = true;
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    letGo();
    cut();
  }

  /** One connection of a client and the one to Redis that belongs to it. */
  private final class Link {

    private final Socket client;
    private volatile @Nullable Socket server;
    private volatile boolean swallowing;
    private volatile boolean mute;
    private volatile @Nullable Hold past;
    private final CountDownLatch drained = new CountDownLatch(1);

    Link(Socket client, boolean swallowing) {
      this.client = client;
      this.swallowing = swallowing;
    }

    void run() {
      try {
        if (swallowing) {
          client.getInputStream().transferTo(OutputStream.nullOutputStream());
          return;
        }
        Socket opened = new Socket(InetAddress.getLoopbackAddress(), target);
        opened.setTcpNoDelay(true);
        server = opened;
        Thread.ofVirtual().start(() -> replies(opened));
        requests(opened);
      } catch (IOException ended) {
        // As connections do.
      } finally {
        close();
      }
    }

    private void requests(Socket to) throws IOException {
      RequestFrames frames = new RequestFrames(new BufferedInputStream(client.getInputStream()));
      for (Frame frame = frames.next(); frame != null; frame = frames.next()) {
        late();
        heldBack(frame);
        if (swallowing) {
          continue;
        }
        Cut ordered = cut.get();
        if (ordered != null && ordered.which().test(frame) && cut.compareAndSet(ordered, null)) {
          mute = true;
          int length = frame.bytes().length;
          to.getOutputStream().write(frame.bytes(), 0, ordered.whole() ? length : length / 2);
          to.shutdownOutput();
          awaitEnd();
          ordered.done().countDown();
          return;
        }
        to.getOutputStream().write(frame.bytes());
        Copy wanted = copy.get();
        if (wanted != null && wanted.which().test(frame) && copy.compareAndSet(wanted, null)) {
          wanted.frame().set(frame);
          wanted.came().countDown();
        }
      }
    }

    /** Redis does what it was sent before it notices the end; if it lives, that is. */
    private void awaitEnd() {
      try {
        drained.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private void heldBack(Frame frame) {
      Hold ordered = hold.get();
      if (ordered == null || !ordered.which().test(frame) || !hold.compareAndSet(ordered, null)) {
        return;
      }
      ordered.came().countDown();
      try {
        ordered.released().await();
        past = ordered;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private void replies(Socket from) {
      byte[] chunk = new byte[CHUNK];
      try (InputStream in = from.getInputStream()) {
        for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
          late();
          Hold released = past;
          if (released != null) {
            released.answered().countDown();
          }
          if (!swallowing && !mute) {
            client.getOutputStream().write(chunk, 0, read);
          }
        }
      } catch (IOException ended) {
        // As connections do.
      } finally {
        drained.countDown();
        close();
      }
    }

    private void late() {
      long nanos = delay.toNanos();
      if (nanos > 0) {
        LockSupport.parkNanos(nanos);
      }
    }

    void close() {
      links.remove(this);
      try {
        client.close();
        Socket opened = server;
        if (opened != null) {
          opened.close();
        }
      } catch (IOException e) {
        // It is of no use any more.
      }
    }
  }
}
