package penstock.feed.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import penstock.Patience;
import penstock.feed.DisconnectReason;
import penstock.feed.OwnVertx;

/** Shards and the dispatcher that serves those of one event loop. */
class SubscriberShardTest {

  private static final Duration OFTEN = Duration.ofMillis(150);

  private static final long SLOW_NANOS = 100_000;

  @RegisterExtension final OwnVertx own = new OwnVertx();
  private final Vertx vertx = own.vertx();
  private final Context loop = vertx.getOrCreateContext();
  private final LoopDispatcher dispatcher = new LoopDispatcher((ContextInternal) loop, OFTEN);
  private final AtomicInteger emptied = new AtomicInteger();

  private SubscriberShard<CountingSubscriber> shard() {
    return new SubscriberShard<>(dispatcher, Duration.ZERO, emptied::incrementAndGet);
  }

  private static List<CountingSubscriber> members(int count) {
    return Stream.generate(CountingSubscriber::new).limit(count).toList();
  }

  /** Does all of it in one task of the event loop. */
  private void onLoop(Runnable task) {
    own.run(loop, task);
  }

  private static boolean haveAdvanced(List<CountingSubscriber> members, int times) {
    return members.stream().allMatch(member -> member.advanced.get() >= times);
  }

  @Test
  void allHaveOneTurnHoweverOftenTheyAreWoken() throws Exception {
    SubscriberShard<CountingSubscriber> shard = shard();
    List<CountingSubscriber> members = members(100);
    onLoop(() -> members.forEach(shard::add));
    for (int turn = 1; turn <= 3; turn++) {
      onLoop(() -> members.forEach(each -> shard.wake()));
      int turns = turn;
      await().until(() -> haveAdvanced(members, turns));
      assertThat(members).allSatisfy(member -> assertThat(member.advanced).hasValue(turns));
    }
  }

  /**
   * What eight need is read before the first of them is written to; of fewer it is not worth it.
   */
  @Test
  void whatManyNeedIsReadTogether() throws Exception {
    var steps = new CopyOnWriteArrayList<String>();
    var members =
        IntStream.range(0, 19)
            .mapToObj(
                i ->
                    new CountingSubscriber() {
                      @Override
                      public long touch() {
                        steps.add("touch " + i);
                        return super.touch();
                      }

                      @Override
                      public void advance() {
                        steps.add("write " + i);
                        super.advance();
                      }
                    })
            .toList();
    SubscriberShard<CountingSubscriber> shard = shard();
    onLoop(
        () -> {
          members.forEach(shard::add);
          shard.wake();
        });
    await().until(() -> members.stream().allMatch(member -> member.advanced.get() == 1));
    assertThat(steps)
        .containsExactlyElementsOf(
            Stream.of(
                    steps("touch", 0, 8),
                    steps("write", 0, 8),
                    steps("touch", 8, 16),
                    steps("write", 8, 16),
                    steps("write", 16, 19))
                .flatMap(each -> each)
                .toList());
  }

  private static Stream<String> steps(String what, int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> what + " " + i);
  }

  /** One reader that fails is disconnected; it keeps nobody from anything. */
  @Test
  void oneThatThrowsKeepsNobodyFromATurnOrATick() throws Exception {
    var reasons = new CopyOnWriteArrayList<DisconnectReason>();
    var broken =
        new CountingSubscriber() {
          @Override
          public void advance() {
            throw new IllegalStateException("a defect");
          }

          @Override
          public void tick(long now) {
            throw new IllegalStateException("a defect");
          }

          @Override
          public void disconnect(DisconnectReason reason) {
            reasons.add(reason);
          }
        };
    SubscriberShard<CountingSubscriber> shard = shard();
    SubscriberShard<CountingSubscriber> other = shard();
    CountingSubscriber behind = new CountingSubscriber();
    CountingSubscriber elsewhere = new CountingSubscriber();
    onLoop(
        () -> {
          shard.add(broken);
          shard.add(behind);
          other.add(elsewhere);
          shard.wake();
          other.wake();
        });
    await().until(() -> haveAdvanced(List.of(behind, elsewhere), 1));
    await().until(() -> !behind.ticks.isEmpty() && !elsewhere.ticks.isEmpty());
    assertThat(reasons).isNotEmpty().containsOnly(DisconnectReason.INTERNAL_ERROR);
  }

  /** What comes when the readers have nothing to do must not wait for more. */
  @Test
  void aLongTurnIsFollowedByARestOnlyIfMoreCameInIt() throws Exception {
    onLoop(
        () -> {
          var wakes = new AtomicBoolean();
          SubscriberShard<CountingSubscriber> shard =
              new SubscriberShard<>(dispatcher, Patience.LIMIT, () -> {});
          shard.add(
              new CountingSubscriber() {
                @Override
                public void advance() {
                  spin(LONG_NANOS);
                  if (wakes.get()) {
                    shard.wake();
                  }
                }
              });
          shard.run(Long.MAX_VALUE);
          assertThat(shard.rest(System.nanoTime())).isNotPositive();
          wakes.set(true);
          long began = System.nanoTime();
          shard.run(Long.MAX_VALUE);
          assertThat(shard.rest(began)).isGreaterThanOrEqualTo(2 * CountingSubscriber.LONG_NANOS);
        });
  }

  @Test
  void theLoopDoesOtherThingsInTheMidstOfALongTurn() throws Exception {
    var duty = new SlowDuty();
    addSlow(
        () ->
            new CountingSubscriber() {
              @Override
              public void advance() {
                duty.oneOfMany();
              }
            },
        SubscriberShard::wake);
    duty.assertNotDoneAtOnce();
  }

  @Test
  void theLoopDoesOtherThingsInTheMidstOfALongTick() throws Exception {
    var duty = new SlowDuty();
    addSlow(
        () ->
            new CountingSubscriber() {
              @Override
              public void tick(long now) {
                ticks.add(now);
                if (ticks.size() == 1) {
                  duty.oneOfMany();
                }
              }
            },
        shard -> {});
    duty.assertNotDoneAtOnce();
  }

  private void addSlow(
      Supplier<CountingSubscriber> slow, Consumer<SubscriberShard<CountingSubscriber>> behind) {
    onLoop(
        () -> {
          SubscriberShard<CountingSubscriber> shard = shard();
          for (int i = 0; i < SlowDuty.MANY; i++) {
            shard.add(slow.get());
          }
          behind.accept(shard);
        });
  }

  /** What takes many readers of a loop so long together that something else should come between. */
  private final class SlowDuty {

    private static final int MANY = 1_000;

    private final AtomicInteger done = new AtomicInteger();
    private final CompletableFuture<Integer> doneBefore = new CompletableFuture<>();

    void oneOfMany() {
      if (done.getAndIncrement() == 0) {
        vertx.setTimer(1, over -> doneBefore.complete(done.get()));
      }
      CountingSubscriber.spin(SLOW_NANOS);
    }

    void assertNotDoneAtOnce() throws Exception {
      await().until(() -> done.get() == MANY);
      assertThat(doneBefore.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS)).isLessThan(MANY);
    }
  }

  /** What takes longer than it is until the next asks each in turn, and all with one time. */
  @Test
  void aTickThatTakesLongComesToItsEndBeforeTheNext() throws Exception {
    var order = new CopyOnWriteArrayList<Integer>();
    var times = new CopyOnWriteArrayList<Long>();
    onLoop(
        () -> {
          SubscriberShard<CountingSubscriber> shard = shard();
          for (int i = 0; i < 200; i++) {
            int number = i;
            shard.add(
                new CountingSubscriber() {
                  @Override
                  public void tick(long now) {
                    order.add(number);
                    times.add(now);
                    spin(SLOW_NANOS);
                  }
                });
          }
        });
    await().until(() -> order.size() >= 500);
    assertThat(List.copyOf(order).subList(0, 500))
        .isEqualTo(IntStream.range(0, 500).mapToObj(i -> i % 200).toList());
    assertThat(Set.copyOf(List.copyOf(times).subList(200, 400))).hasSize(1);
  }

  @Test
  void aShardThatNeverRestsKeepsNoOtherWaiting() throws Exception {
    SubscriberShard<CountingSubscriber> busy = shard();
    SubscriberShard<CountingSubscriber> other = shard();
    var turns = new AtomicInteger();
    var turnsBefore = new CompletableFuture<Integer>();
    onLoop(
        () -> {
          busy.add(
              new CountingSubscriber() {
                @Override
                public void advance() {
                  if (turns.incrementAndGet() < 1_000) {
                    busy.wake();
                  }
                }
              });
          other.add(
              new CountingSubscriber() {
                @Override
                public void advance() {
                  turnsBefore.complete(turns.get());
                }
              });
          busy.wake();
          other.wake();
        });
    assertThat(turnsBefore.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(1);
  }

  @Test
  void allShardsOfALoopHaveOneTimerAsLongAsTheyHaveMembers() throws Exception {
    List<SubscriberShard<CountingSubscriber>> shards = List.of(shard(), shard());
    List<CountingSubscriber> members = members(2);
    onLoop(
        () -> {
          for (int i = 0; i < 2; i++) {
            shards.get(i).add(members.get(i));
          }
        });
    await().until(() -> members.stream().allMatch(member -> member.ticks.size() >= 3));
    var later = new CompletableFuture<Void>();
    var last = new CopyOnWriteArrayList<Integer>();
    onLoop(
        () -> {
          for (int i = 0; i < 2; i++) {
            shards.get(i).remove(members.get(i));
            last.add(members.get(i).ticks.size());
          }
          vertx.setTimer(OFTEN.toMillis(), over -> later.complete(null));
        });
    later.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
    assertThat(members.getFirst().ticks).isEqualTo(members.getLast().ticks);
    assertThat(members).extracting(member -> member.ticks.size()).isEqualTo(last);
    assertThat(emptied).hasValue(2);
  }
}
