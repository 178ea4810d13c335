package penstock.feed.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The protocol of view feeds, without a network: two instances whose reads of values are executed
 * and answered after random delays, and readers that go from one to the other. What is shown here
 * is that no reader sees a key go back, and that it ends with what is there; and that each rule is
 * needed, since without it some run goes wrong. The same where instances are told what changes,
 * each key in one partition.
 */
class ViewFeedModelTest {

  private static final int RUNS = 3_000;
  private static final int STEPS = 400;
  private static final int KEYS = 3;
  private static final int PARTITIONS = 2;
  private static final int READERS = 3;

  /** Changes of a partition that are read at once for a reader who comes. */
  private static final int STEP = 2;

  /** Ways to serve. */
  enum Way {
    /** As the protocol has it. */
    PROTOCOL,
    /**
     * A reader goes on in the history right behind its cursor, with values that were read before.
     */
    JOINS_AT_ITS_CURSOR,
    /** Reads of an instance overtake one another on the way to Redis. */
    READS_OVERTAKE,
    /** A reader takes the answer of a read that was sent before it came. */
    SHARES_READS_UNDER_WAY,
    /** A reader goes on in the history behind a part of what changed behind its cursor. */
    JOINS_BEHIND_A_STEP,
    /** A snapshot's reader joins the history where it is, without reading again what changed. */
    SNAPSHOT_WITHOUT_READING_AGAIN,
    /** What is told is taken if it comes next, nothing is being read and none has read it. */
    TOLD,
    /** What is told is taken though a read may have shown what is newer. */
    TOLD_WHAT_WAS_READ,
    /** What is told is taken though a read is under way, which may bring what is newer. */
    TOLD_WHILE_READING,
    /** Who comes with a cursor behind which nothing was taken in goes on without a look. */
    TOLD_WITHOUT_LOOKING;

    boolean isTold() {
      return compareTo(TOLD) >= 0;
    }
  }

  /** What was changed, as it was then. */
  private record Told(int partition, int position, int key, int count) {}

  /** What Redis holds: how often each key was changed in each partition, and in which order. */
  private static final class Store {
    final int[][] counts = new int[KEYS][PARTITIONS];
    final List<List<Integer>> changes = new ArrayList<>();
    final List<Instance> followers = new ArrayList<>();

    Store() {
      for (int p = 0; p < PARTITIONS; p++) {
        changes.add(new ArrayList<>());
      }
    }

    void change(int key, int partition) {
      counts[key][partition]++;
      changes.get(partition).add(key);
      var news = new Told(partition, changes.get(partition).size(), key, counts[key][partition]);
      followers.forEach(instance -> instance.inbox.get(partition).add(news));
    }
  }

  /** One read of some keys in all partitions. */
  private static final class Read {
    final List<Integer> keys;

    /** Where its readers stand when they have it. */
    final int[] reached;

    final boolean isEvent;
    final int[] asked;

    /** Its readers have all that was taken in when it was sent. */
    boolean joins = true;

    final Map<Integer, int[]> values = new TreeMap<>();
    int parts;

    /** How many changes there were right behind it. */
    final int[] behind = new int[PARTITIONS];

    Read(List<Integer> keys, int[] reached, boolean isEvent, int[] asked) {
      this.keys = keys;
      this.reached = reached.clone();
      this.isEvent = isEvent;
      this.asked = asked.clone();
      keys.forEach(key -> values.put(key, new int[PARTITIONS]));
    }
  }

  private static final class Instance {
    final Store store;
    final Way way;
    final Random random;

    /** Up to here reads of values were sent. */
    final int[] head = new int[PARTITIONS];

    final List<ArrayDeque<Read>> sent = new ArrayList<>();
    final ArrayDeque<Read> unanswered = new ArrayDeque<>();
    final List<Read> channel = new ArrayList<>();

    /** What was told and has not arrived yet. */
    final List<ArrayDeque<Told>> inbox = new ArrayList<>();

    /** Up to here readers may have been shown what reads found. */
    final int[] seen = new int[PARTITIONS];

    /** How many events were begun, answered or not. */
    int begun;

    Instance(Store store, Way way, Random random) {
      this.store = store;
      this.way = way;
      this.random = random;
      for (int p = 0; p < PARTITIONS; p++) {
        sent.add(new ArrayDeque<>());
        inbox.add(new ArrayDeque<>());
      }
    }

    /** Something that was told arrives, or waits for reads; what is not taken is read later. */
    void hear(int partition) {
      if (!unanswered.isEmpty() && way != Way.TOLD_WHILE_READING) {
        return;
      }
      Told news = inbox.get(partition).poll();
      if (news == null
          || news.position() != head[partition] + 1
          || (news.position() <= seen[partition] && way != Way.TOLD_WHAT_WAS_READ)) {
        return;
      }
      head[partition] = news.position();
      begun++;
      var event = new Read(List.of(news.key()), head, true, head);
      event.values.get(news.key())[partition] = news.count();
      channel.add(event);
    }

    Read send(List<Integer> keys, int[] reached, boolean isEvent, int[] asked) {
      var read = new Read(keys, reached, isEvent, asked);
      sent.forEach(queue -> queue.add(read));
      unanswered.add(read);
      return read;
    }

    /** Sees the next change of a partition, and sends a read of its key. */
    void follow(int partition) {
      List<Integer> changes = store.changes.get(partition);
      if (head[partition] < changes.size()) {
        int key = changes.get(head[partition]++);
        begun++;
        send(List.of(key), head, true, head);
      }
    }

    void execute(int partition) {
      ArrayDeque<Read> queue = sent.get(partition);
      if (queue.isEmpty()) {
        return;
      }
      Read read = queue.peek();
      if (way == Way.READS_OVERTAKE) {
        read = List.copyOf(queue).get(random.nextInt(queue.size()));
      }
      queue.remove(read);
      for (int key : read.keys) {
        read.values.get(key)[partition] = store.counts[key][partition];
      }
      read.parts++;
      if (read.parts == PARTITIONS) {
        for (int p = 0; p < PARTITIONS; p++) {
          read.behind[p] = store.changes.get(p).size();
        }
      }
    }

    /** Answers come in the order of the reads. */
    void answer() {
      if (!unanswered.isEmpty() && unanswered.peek().parts == PARTITIONS) {
        Read read = unanswered.remove();
        for (int p = 0; p < PARTITIONS; p++) {
          seen[p] = Math.max(seen[p], read.behind[p]);
        }
        if (read.isEvent) {
          channel.add(read);
        }
      }
    }

    /** Whether changes behind a cursor were taken in here. */
    boolean isBeyond(int[] cursor) {
      return IntStream.range(0, PARTITIONS).anyMatch(p -> head[p] > cursor[p]);
    }

    Read join(int[] cursor) {
      if (way == Way.SHARES_READS_UNDER_WAY) {
        for (Read present : unanswered) {
          if (!present.isEvent && Arrays.equals(present.asked, cursor)) {
            return present;
          }
        }
      }
      List<Integer> keys = new ArrayList<>();
      int[] reached = cursor.clone();
      for (int p = 0; p < PARTITIONS; p++) {
        reached[p] = Math.max(cursor[p], Math.min(cursor[p] + STEP, head[p]));
        for (int i = cursor[p]; i < reached[p]; i++) {
          keys.add(store.changes.get(p).get(i));
        }
      }
      Read read = send(keys, reached, false, cursor);
      read.joins = !isBeyond(reached);
      return read;
    }
  }

  private static final class Reader {
    final int[][] seen = new int[KEYS][PARTITIONS];
    int[] cursor = new int[PARTITIONS];
    boolean hasCursor;
    @Nullable Instance at;
    @Nullable Read awaited;
    boolean snapshot;

    /** A snapshot has two pages; its last one brings the id of where it began. */
    boolean morePages;

    int[] begins = new int[PARTITIONS];
    int next;
    boolean live;
    boolean wentBack;

    void connect(Instance instance) {
      at = instance;
      live = false;
      if (!hasCursor) {
        snapshot = true;
        int[] begin = instance.head.clone();
        next = instance.begun;
        begins = begin;
        morePages = true;
        awaited = instance.send(List.of(0), cursor, false, new int[] {-1, -1});
      } else if (instance.way == Way.JOINS_AT_ITS_CURSOR) {
        live = true;
        awaited = null;
        next = 0;
      } else {
        rejoin(instance);
      }
    }

    private void rejoin(Instance instance) {
      snapshot = false;
      next = instance.begun;
      if (instance.way == Way.TOLD_WITHOUT_LOOKING && !instance.isBeyond(cursor)) {
        awaited = null;
        live = true;
        return;
      }
      awaited = instance.join(cursor);
      if (instance.way == Way.SHARES_READS_UNDER_WAY) {
        // what was begun between that read and now comes from the history
        next = 0;
      }
    }

    void disconnect() {
      at = null;
      awaited = null;
      live = false;
    }

    /** Gets the next thing, if it is there. */
    void receive(Random random) {
      Instance instance = at;
      if (instance == null) {
        return;
      }
      Read waited = awaited;
      if (waited != null) {
        if (instance.unanswered.contains(waited)) {
          return;
        }
        for (int key : waited.keys) {
          see(key, waited);
          if (random.nextInt(20) == 0) {
            disconnect();
            return;
          }
        }
        if (snapshot && morePages) {
          morePages = false;
          awaited = instance.send(List.of(1, 2), begins, false, new int[] {-2, -2});
          return;
        }
        cursor = waited.reached.clone();
        hasCursor = true;
        awaited = null;
        if (snapshot
            ? instance.way != Way.SNAPSHOT_WITHOUT_READING_AGAIN
            : !waited.joins && instance.way != Way.JOINS_BEHIND_A_STEP) {
          rejoin(instance);
        } else {
          if (snapshot) {
            next = 0;
          }
          live = true;
        }
        return;
      }
      while (live && next < instance.channel.size()) {
        Read event = instance.channel.get(next++);
        if (isBehind(event.reached)) {
          continue;
        }
        event.keys.forEach(key -> see(key, event));
        for (int p = 0; p < PARTITIONS; p++) {
          cursor[p] = Math.max(cursor[p], event.reached[p]);
        }
        return;
      }
    }

    private boolean isBehind(int[] reached) {
      for (int p = 0; p < PARTITIONS; p++) {
        if (reached[p] > cursor[p]) {
          return false;
        }
      }
      return true;
    }

    private void see(int key, Read read) {
      int[] value = read.values.get(key);
      for (int p = 0; p < PARTITIONS; p++) {
        wentBack |= value[p] < seen[key][p];
        seen[key][p] = value[p];
      }
    }
  }

  /** Whether a run went well. */
  private static boolean run(Way way, long seed) {
    var random = new Random(seed);
    var store = new Store();
    List<Instance> instances =
        List.of(new Instance(store, way, random), new Instance(store, way, random));
    if (way.isTold()) {
      store.followers.addAll(instances);
    }
    List<Reader> readers = new ArrayList<>();
    for (int i = 0; i < READERS; i++) {
      readers.add(new Reader());
    }
    for (int step = 0; step < STEPS; step++) {
      Instance instance = instances.get(random.nextInt(2));
      Reader reader = readers.get(random.nextInt(READERS));
      switch (random.nextInt(way.isTold() ? 10 : 8)) {
        case 0 -> {
          int key = random.nextInt(KEYS);
          store.change(key, way.isTold() ? key % PARTITIONS : random.nextInt(PARTITIONS));
        }
        case 1 -> instance.follow(random.nextInt(PARTITIONS));
        case 2, 3 -> instance.execute(random.nextInt(PARTITIONS));
        case 4 -> instance.answer();
        case 5, 6 -> reader.receive(random);
        case 8, 9 -> instance.hear(random.nextInt(PARTITIONS));
        default -> {
          if (reader.at == null) {
            reader.connect(instance);
          } else if (random.nextInt(6) == 0) {
            reader.disconnect();
          }
        }
      }
    }
    Instance last = instances.getFirst();
    readers.stream().filter(reader -> reader.at != last).forEach(Reader::disconnect);
    for (int i = 0; i < 4 * STEPS; i++) {
      for (Reader reader : readers) {
        if (reader.at == null) {
          reader.connect(last);
        }
        reader.receive(random);
      }
      for (int p = 0; p < PARTITIONS; p++) {
        last.follow(p);
        last.execute(p);
      }
      last.answer();
    }
    return readers.stream()
        .noneMatch(reader -> reader.wentBack || !Arrays.deepEquals(reader.seen, store.counts));
  }

  @ParameterizedTest
  @EnumSource(names = {"PROTOCOL", "TOLD"})
  void noKeyGoesBackAndAllEndWithWhatIsThere(Way way) {
    for (long seed = 0; seed < RUNS; seed++) {
      assertThat(run(way, seed)).as("seed %d", seed).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"PROTOCOL", "TOLD", "TOLD_WITHOUT_LOOKING"})
  void eachRuleIsNeeded(Way way) {
    int wrong = 0;
    for (long seed = 0; seed < RUNS; seed++) {
      wrong += run(way, seed) ? 0 : 1;
    }
    assertThat(wrong).as("runs that went wrong").isPositive();
  }

  /**
   * What one run in thousands would come into. An instance reads a key that has changed twice more
   * by then, and shows it under the id of the first change; its reader goes to another one that is
   * where that id is, and is told of the second.
   */
  @ParameterizedTest
  @EnumSource(names = {"TOLD", "TOLD_WITHOUT_LOOKING"})
  void whoComesIsLookedFor(Way way) {
    int key = 1;
    int partition = key % PARTITIONS;
    var store = new Store();
    var random = new Random(0);
    var one = new Instance(store, way, random);
    var other = new Instance(store, way, random);
    store.followers.addAll(List.of(one, other));
    var reader = new Reader();
    while (!reader.live) {
      if (reader.at == null) {
        reader.connect(one);
      }
      receive(reader, one, random);
    }
    store.change(key, partition);
    other.hear(partition);
    one.follow(partition);
    store.change(key, partition);
    store.change(key, partition);
    receive(reader, one, random);
    assertThat(reader.seen[key][partition]).isEqualTo(3);
    reader.disconnect();
    reader.connect(other);
    receive(reader, other, random);
    other.hear(partition);
    receive(reader, other, random);
    assertThat(reader.wentBack).isEqualTo(way == Way.TOLD_WITHOUT_LOOKING);
  }

  /** What is under way arrives. */
  private static void receive(Reader reader, Instance instance, Random random) {
    for (int p = 0; p < PARTITIONS; p++) {
      instance.execute(p);
    }
    instance.answer();
    reader.receive(random);
  }
}
