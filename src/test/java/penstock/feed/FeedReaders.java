package penstock.feed;

import static penstock.Patience.await;

import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The readers of one test, all at one instance; closing it ends them all. */
public final class FeedReaders implements AutoCloseable {

  private final int port;
  private final List<FeedClient> opened = new CopyOnWriteArrayList<>();

  public FeedReaders(URI instance) {
    port = instance.getPort();
  }

  public FeedClient open(String path, @Nullable String lastEventId) {
    return open(path, lastEventId, 0);
  }

  /** As {@link FeedClient#open(int, String, String, int)}. */
  public FeedClient open(String path, @Nullable String lastEventId, int window) {
    FeedClient reader = FeedClient.open(port, path, lastEventId, window);
    opened.add(reader);
    return reader;
  }

  public FeedClient live(String path, @Nullable String lastEventId) {
    return live(path, lastEventId, 0, 1);
  }

  /**
   * One that has caught up in so many feeds. Where it is told to come back it does, as a browser
   * would: the connections of an instance to Redis come back one by one.
   */
  public FeedClient live(String path, @Nullable String lastEventId, int window, int feeds) {
    return await()
        .until(
            () -> {
              FeedClient reader = open(path, lastEventId, window);
              await().until(() -> reader.hasEnded() || isLive(reader, feeds));
              return reader;
            },
            reader -> isLive(reader, feeds));
  }

  private static boolean isLive(FeedClient reader, int feeds) {
    return reader.messages("caught-up").size() == feeds;
  }

  @Override
  public void close() {
    opened.forEach(FeedClient::close);
    opened.clear();
  }
}
