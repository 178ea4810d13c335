package penstock.feed.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.impl.ContextInternal;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import penstock.Patience;
import penstock.feed.OwnVertx;
import penstock.feed.frame.FrameBatch;
import penstock.feed.room.BufferPosition;
import penstock.feed.room.RoomInterest;
import penstock.feed.room.RoomShard;
import penstock.feed.room.SharedHistory;
import penstock.stream.Cursor;
import penstock.stream.CursorScope;

/** For what a shard is woken whose readers wait in rooms; elements of its history are keys. */
class RoomShardTest {

  private static final int MUCH = 1_000_000;

  private static final Cursor SOMEWHERE = new Cursor(new CursorScope(0, 0), List.of());

  private static final class Keys implements SharedHistory<String> {
    private final List<String> all = new CopyOnWriteArrayList<>();

    @Override
    public boolean isClosed() {
      return false;
    }

    @Override
    public long head() {
      return all.size();
    }

    @Override
    public @Nullable String find(long number) {
      return all.get((int) number);
    }

    @Override
    public Collection<String> keys(String element) {
      return List.of(element);
    }

    @Override
    public @Nullable Cursor before(long number) {
      return SOMEWHERE;
    }
  }

  private record Wanted(Set<String> keys) implements RoomInterest<String> {
    @Override
    public boolean addTo(FrameBatch.Builder batch, String element) {
      batch.add(Buffer.buffer(element), 1);
      return true;
    }
  }

  private static final class Shard extends RoomShard<Keys, String> {
    final AtomicInteger turns = new AtomicInteger();
    volatile long reached;

    Shard(LoopDispatcher dispatcher, Duration gather) {
      super(dispatcher, gather, () -> {});
    }

    @Override
    protected void endTurn(long took, @Nullable BufferPosition<Keys> place, List<String> news) {
      reached = place == null ? 0 : place.next();
      turns.incrementAndGet();
    }
  }

  @RegisterExtension final OwnVertx own = new OwnVertx();
  private final Context loop = own.vertx().getOrCreateContext();
  private final Keys history = new Keys();
  private final CountingSubscriber member = new CountingSubscriber();

  /** With a member that waits for what has the key "mine". */
  private Shard shard(Duration heartbeat) {
    Shard shard = emptyShard(heartbeat, Duration.ZERO);
    onLoop(() -> waitFor(shard, member, "mine"));
    return shard;
  }

  private Shard emptyShard(Duration heartbeat, Duration gather) {
    return new Shard(new LoopDispatcher((ContextInternal) loop, heartbeat), gather);
  }

  private void waitFor(Shard shard, FeedSubscriber reader, String key) {
    shard.add(reader);
    shard.await(
        reader, new Wanted(Set.of(key)), new BufferPosition<>(history, history.head(), SOMEWHERE));
  }

  private void onLoop(Runnable task) {
    own.run(loop, task);
  }

  private void come(Shard shard, String key, int capacity) {
    history.all.add(key);
    shard.wakeFor(List.of(key), 1, capacity);
  }

  @Test
  void isHardlyWokenForWhatNobodyWaitsFor() {
    Shard shard = shard(Duration.ofHours(1));
    long began = System.nanoTime();
    for (int i = 0; i < 5_000; i++) {
      come(shard, "other", MUCH);
    }
    onLoop(() -> {});
    long millis = Duration.ofNanos(System.nanoTime() - began).toMillis();
    assertThat(shard.turns.get()).isLessThanOrEqualTo((int) (millis / 20 + millis / 1_000 + 2));
    assertThat(member.advanced).hasValue(0);
    come(shard, "mine", MUCH);
    await().until(() -> member.advanced.get() == 1);
    assertThat(shard.reached).isEqualTo(5_001);
  }

  @Test
  void looksSoonAtWhatItWasNotWokenFor() {
    Shard shard = shard(Duration.ofMillis(150));
    for (int i = 0; i < 3; i++) {
      come(shard, "other", MUCH);
    }
    await().until(() -> shard.reached == 3);
    assertThat(member.advanced).hasValue(0);
  }

  /** One that was woken a moment ago, so that it is not woken since that is long ago. */
  private Shard wokenShard() {
    Shard shard = shard(Duration.ofHours(1));
    await()
        .until(
            () -> {
              come(shard, "other", MUCH);
              return shard.turns.get() > 0;
            });
    return shard;
  }

  @Test
  void isWokenBeforeTheHistoryLeavesItsMembersBehind() {
    Shard shard = wokenShard();
    onLoop(
        () -> {
          for (int i = 0; i < 4; i++) {
            come(shard, "other", 16);
          }
          assertThat(shard.isRequested()).isTrue();
        });
    await().until(() -> shard.reached == history.head());
  }

  @Test
  void isWokenForAllThatComesAsLongAsAMemberLooksAtAll() {
    Shard shard = wokenShard();
    var looks = new CountingSubscriber();
    onLoop(
        () -> {
          shard.add(looks);
          come(shard, "other", MUCH);
          assertThat(shard.isRequested()).isTrue();
        });
    await().until(() -> looks.advanced.get() == 1);
    onLoop(() -> shard.remove(looks));
    int turns = shard.turns.get();
    onLoop(
        () -> {
          come(shard, "other", MUCH);
          come(shard, "other", MUCH);
        });
    onLoop(() -> {});
    assertThat(shard.turns.get()).isLessThanOrEqualTo(turns + 1);
  }

  /** More of them are no fewer writes where each is for readers of its own. */
  @Test
  void restsBehindALongTurnUnlessEachEventWasForOthers() {
    assertThat(restsBehind("a", "b", "c")).isFalse();
    assertThat(restsBehind("a", "b", "c", "a")).isTrue();
    assertThat(restsBehind("c", "other", "other", "b")).isFalse();
    assertThat(restsBehind("b", "other")).isTrue();
  }

  /** Whether it rests behind a turn that has these, which took long, and in which more came. */
  private boolean restsBehind(String... keys) {
    Shard shard = emptyShard(Duration.ofHours(1), Patience.LIMIT);
    var rests = new AtomicBoolean();
    onLoop(
        () -> {
          for (String key : List.of("a", "b", "c")) {
            waitFor(
                shard,
                new CountingSubscriber() {
                  @Override
                  public void advance() {
                    spin(LONG_NANOS);
                    shard.wake();
                  }
                },
                key);
          }
          history.all.addAll(List.of(keys));
          LoopTask task = shard;
          task.run(Long.MAX_VALUE);
          rests.set(task.rest(System.nanoTime()) > 0);
        });
    return rests.get();
  }
}
