package penstock.feed.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import penstock.Patience;
import penstock.feed.CountedTimers;
import penstock.feed.OwnVertx;

class ChannelRegistryTest {

  private static final Logger LOG = Logger.getLogger(ChannelRegistryTest.class);
  private static final Duration BRIEF = Duration.ofMillis(1);

  /** Stands for a ring. */
  private static final class Thing {
    final AtomicInteger closed = new AtomicInteger();
    volatile boolean broken;
  }

  @RegisterExtension final OwnVertx own = new OwnVertx();
  private final Vertx vertx = own.vertx();
  private final CountedTimers timers = new CountedTimers(vertx);
  private final Queue<Thing> opened = new ConcurrentLinkedQueue<>();

  private ChannelRegistry<String, Thing> channels(Duration linger) {
    return new ChannelRegistry<>(
        timers.vertx(), linger, thing -> thing.broken, thing -> thing.closed.incrementAndGet());
  }

  private Thing open() {
    var thing = new Thing();
    opened.add(thing);
    return thing;
  }

  @Test
  void readersOfTheSameShareAChannel() {
    ChannelRegistry<String, Thing> channels = channels(Patience.LIMIT);
    Thing channel = channels.enter("a", this::open);
    assertThat(channels.enter("a", this::open)).isSameAs(channel);
    assertThat(channels.enter("b", this::open)).isNotSameAs(channel);
    assertThat(opened).hasSize(2);
  }

  @Test
  void atTheEndAllAreClosedOnceAndNoTimerIsLeft() {
    ChannelRegistry<String, Thing> channels = channels(Patience.LIMIT);
    Thing read = channels.enter("a", this::open);
    channels.leave("b", channels.enter("b", this::open));
    channels.close();
    assertThat(opened).allMatch(channel -> channel.closed.get() == 1);
    assertThat(timers.pending()).isZero();
    channels.leave("a", read);
    assertThat(timers.pending()).isZero();
  }

  @Test
  void itLingersForTheNextReader() {
    ChannelRegistry<String, Thing> channels = channels(Patience.LIMIT);
    Thing channel = channels.enter("a", this::open);
    channels.leave("a", channel);
    assertThat(timers.pending()).isEqualTo(1);
    assertThat(channels.enter("a", this::open)).isSameAs(channel);
    assertThat(timers.pending()).isZero();
  }

  @Test
  void isClosedOnceWhenItHasLingered() {
    ChannelRegistry<String, Thing> channels = channels(BRIEF);
    Thing channel = channels.enter("a", this::open);
    channels.enter("a", this::open);
    channels.leave("a", channel);
    assertThat(timers.set()).as("one still reads").isZero();
    channels.leave("a", channel);
    await().until(() -> channel.closed.get() == 1);
    assertThat(channels.enter("a", this::open)).isNotSameAs(channel);
    assertThat(channel.closed).hasValue(1);
  }

  /** Timers of one event loop go off in the order in which they are due. */
  @Test
  void staysOpenIfItWasEnteredAgain() throws InterruptedException {
    ChannelRegistry<String, Thing> channels = channels(BRIEF);
    var later = new CountDownLatch(1);
    vertx.runOnContext(
        go -> {
          Thing channel = channels.enter("a", this::open);
          channels.leave("a", channel);
          channels.enter("a", this::open);
          vertx.setTimer(10 * BRIEF.toMillis(), over -> later.countDown());
        });
    assertThat(later.await(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(opened).singleElement().satisfies(channel -> assertThat(channel.closed).hasValue(0));
  }

  @Test
  void staysOpenThoughItsTimerWentOffBeforeItWasCancelled() {
    ChannelRegistry<String, Thing> channels = channels(BRIEF);
    Thing channel = channels.enter("a", this::open);
    // As long as the test has the lock, the timer cannot do what it is for.
    synchronized (channels) {
      channels.leave("a", channel);
      await().until(() -> timers.pending() == 0);
      assertThat(channels.enter("a", this::open)).isSameAs(channel);
    }
    await().until(() -> timers.ran() == 1);
    assertThat(channel.closed).hasValue(0);
  }

  @Test
  void oneThatCouldNotBeOpenedIsReplaced() {
    ChannelRegistry<String, Thing> channels = channels(Patience.LIMIT);
    Thing broken = channels.enter("a", this::open);
    broken.broken = true;
    Thing channel = channels.enter("a", this::open);
    assertThat(channel).isNotSameAs(broken);
    channels.leave("a", broken);
    assertThat(timers.set()).as("it is another's readers who count").isZero();
    channels.leave("a", channel);
    assertThat(timers.pending()).isEqualTo(1);
  }

  /** Timers go off while others enter: on other threads, and after they should be cancelled. */
  @Test
  void whoEnteredHasAnOpenChannelUntilItLeaves() throws Exception {
    long seed = new Random().nextLong();
    LOG.infof("seed=%d", seed);
    ChannelRegistry<String, Thing> channels = channels(BRIEF);
    try (ExecutorService readers = Executors.newFixedThreadPool(4)) {
      var done = new ArrayList<Future<Integer>>();
      for (int reader = 0; reader < 4; reader++) {
        var random = new Random(seed + reader);
        done.add(readers.submit(reader(channels, random)));
      }
      for (Future<Integer> one : done) {
        assertThat(one.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS))
            .as("closed under a reader, seed %d", seed)
            .isZero();
      }
    }
    await().until(() -> opened.stream().allMatch(channel -> channel.closed.get() == 1));
    LOG.infof("channels=%d timers=%d", opened.size(), timers.set());
    assertThat(timers.pending()).isZero();
  }

  /** Counts how often a channel was closed that it read. */
  private Callable<Integer> reader(ChannelRegistry<String, Thing> channels, Random random) {
    List<String> keys = List.of("a", "b");
    return () -> {
      int wrong = 0;
      for (int i = 0; i < 20_000; i++) {
        String key = keys.get(random.nextInt(keys.size()));
        Thing channel = channels.enter(key, this::open);
        if (random.nextInt(100) == 0) {
          Thread.yield();
        }
        wrong += channel.closed.get();
        channels.leave(key, channel);
        if (random.nextInt(1_000) == 0) {
          await().until(() -> timers.pending() == 0 || channel.closed.get() > 0);
        }
      }
      return wrong;
    };
  }
}
