package penstock.cluster;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** Several followers, each on a thread of its own. */
final class FeedFollowers implements AutoCloseable {

  private static final FeedFollower.Kind[] KINDS = FeedFollower.Kind.values();

  private final List<FeedFollower> followers = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();

  /** Of every kind in turn. */
  FeedFollowers(Settings settings, List<URI> instances, String stream) {
    this(settings, instances, stream, KINDS);
  }

  private FeedFollowers(
      Settings settings, List<URI> instances, String stream, FeedFollower.Kind... kinds) {
    for (int i = 0; i < settings.followers(); i++) {
      FeedFollower follower =
          new FeedFollower(
              kinds[i % kinds.length],
              settings.seed() + 1_000 + i,
              instances,
              stream,
              Producer.someKeys(settings, i));
      followers.add(follower);
      threads.add(Thread.ofVirtual().name("follower-" + i).start(follower::run));
    }
  }

  /** All of them follow all of the stream. */
  static FeedFollowers ofAll(Settings settings, List<URI> instances, String stream) {
    return new FeedFollowers(settings, instances, stream, FeedFollower.Kind.ALL);
  }

  List<FeedFollower> all() {
    return followers;
  }

  int connects() {
    return followers.stream().mapToInt(FeedFollower::connects).sum();
  }

  int resets() {
    return followers.stream().mapToInt(follower -> follower.resets().size()).sum();
  }

  @Override
  public void close() {
    followers.forEach(FeedFollower::stop);
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
