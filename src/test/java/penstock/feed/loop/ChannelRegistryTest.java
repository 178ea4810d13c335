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

  private ChannelRegistry<String, Thing> rings(Duration linger) {
    return new ChannelRegistry<>(
        timers.vertx(), linger, thing -> thing.broken, thing -> thing.closed.incrementAndGet());
  }

  private Thing open() {
    var thing = new Thing();
    opened.add(thing);
    return thing;
  }

  @Test
  void readersOfTheSameShareARing() {
    ChannelRegistry<String, Thing> rings = rings(Patience.LIMIT);
    Thing ring = rings.enter("a", this::open);
    assertThat(rings.enter("a", this::open)).isSameAs(ring);
    assertThat(rings.enter("b", this::open)).isNotSameAs(ring);
    assertThat(opened).hasSize(2);
  }

  @Test
  void atTheEndAllAreClosedOnceAndNoTimerIsLeft() {
    ChannelRegistry<String, Thing> rings = rings(Patience.LIMIT);
    Thing read = rings.enter("a", this::open);
    rings.leave("b", rings.enter("b", this::open));
    rings.close();
    assertThat(opened).allMatch(ring -> ring.closed.get() == 1);
    assertThat(timers.pending()).isZero();
    rings.leave("a", read);
    assertThat(timers.pending()).isZero();
  }

  @Test
  void itLingersForTheNextReader() {
    ChannelRegistry<String, Thing> rings = rings(Patience.LIMIT);
    Thing ring = rings.enter("a", this::open);
    rings.leave("a", ring);
    assertThat(timers.pending()).isEqualTo(1);
    assertThat(rings.enter("a", this::open)).isSameAs(ring);
    assertThat(timers.pending()).isZero();
  }

  @Test
  void isClosedOnceWhenItHasLingered() {
    ChannelRegistry<String, Thing> rings = rings(BRIEF);
    Thing ring = rings.enter("a", this::open);
    rings.enter("a", this::open);
    rings.leave("a", ring);
    assertThat(timers.set()).as("one still reads").isZero();
    rings.leave("a", ring);
    await().until(() -> ring.closed.get() == 1);
    assertThat(rings.enter("a", this::open)).isNotSameAs(ring);
    assertThat(ring.closed).hasValue(1);
  }

  /** Timers of one event loop go off in the order in which they are due. */
  @Test
  void staysOpenIfItWasEnteredAgain() throws InterruptedException {
    ChannelRegistry<String, Thing> rings = rings(BRIEF);
    var later = new CountDownLatch(1);
    vertx.runOnContext(
        go -> {
          Thing ring = rings.enter("a", this::open);
          rings.leave("a", ring);
          rings.enter("a", this::open);
          vertx.setTimer(10 * BRIEF.toMillis(), over -> later.countDown());
        });
    assertThat(later.await(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(opened).singleElement().satisfies(ring -> assertThat(ring.closed).hasValue(0));
  }

  @Test
  void staysOpenThoughItsTimerWentOffBeforeItWasCancelled() {
    ChannelRegistry<String, Thing> rings = rings(BRIEF);
    Thing ring = rings.enter("a", this::open);
    // As long as the test has the lock, the timer cannot do what it is for.
    synchronized (rings) {
      rings.leave("a", ring);
      await().until(() -> timers.pending() == 0);
      assertThat(rings.enter("a", this::open)).isSameAs(ring);
    }
    await().until(() -> timers.ran() == 1);
    assertThat(ring.closed).hasValue(0);
  }

  @Test
  void oneThatCouldNotBeOpenedIsReplaced() {
    ChannelRegistry<String, Thing> rings = rings(Patience.LIMIT);
    Thing broken = rings.enter("a", this::open);
    broken.broken = true;
    Thing ring = rings.enter("a", this::open);
    assertThat(ring).isNotSameAs(broken);
    rings.leave("a", broken);
    assertThat(timers.set()).as("it is another's readers who count").isZero();
    rings.leave("a", ring);
    assertThat(timers.pending()).isEqualTo(1);
  }

  /** Timers go off while others enter: on other threads, and after they should be cancelled. */
  @Test
  void whoEnteredHasAnOpenRingUntilItLeaves() throws Exception {
    long seed = new Random().nextLong();
    LOG.infof("seed=%d", seed);
    ChannelRegistry<String, Thing> rings = rings(BRIEF);
    try (ExecutorService readers = Executors.newFixedThreadPool(4)) {
      var done = new ArrayList<Future<Integer>>();
      for (int reader = 0; reader < 4; reader++) {
        var random = new Random(seed + reader);
        done.add(readers.submit(reader(rings, random)));
      }
      for (Future<Integer> one : done) {
        assertThat(one.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS))
            .as("closed under a reader, seed %d", seed)
            .isZero();
      }
    }
    await().until(() -> opened.stream().allMatch(ring -> ring.closed.get() == 1));
    LOG.infof("rings=%d timers=%d", opened.size(), timers.set());
    assertThat(timers.pending()).isZero();
  }

  /** Counts how often a ring was closed that it read. */
  private Callable<Integer> reader(ChannelRegistry<String, Thing> rings, Random random) {
    List<String> keys = List.of("a", "b");
    return () -> {
      int wrong = 0;
      for (int i = 0; i < 20_000; i++) {
        String key = keys.get(random.nextInt(keys.size()));
        Thing ring = rings.enter(key, this::open);
        if (random.nextInt(100) == 0) {
          Thread.yield();
        }
        wrong += ring.closed.get();
        rings.leave(key, ring);
        if (random.nextInt(1_000) == 0) {
          await().until(() -> timers.pending() == 0 || ring.closed.get() > 0);
        }
      }
      return wrong;
    };
  }
}
