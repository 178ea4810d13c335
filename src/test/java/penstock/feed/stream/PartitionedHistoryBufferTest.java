package penstock.feed.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import penstock.feed.frame.BufferedEvent;
import penstock.feed.frame.FrameBatch;
import penstock.feed.frame.HistoryQuota;
import penstock.feed.replay.ReplayPage;
import penstock.stream.Cursor;
import penstock.stream.LogEntry;
import penstock.stream.LogState;
import penstock.stream.PartitionPosition;
import penstock.stream.Position;
import penstock.stream.StreamName;
import penstock.stream.Term;
import penstock.stream.filter.EventFilter;
import penstock.stream.log.LogWriter;

/**
 * Several partitions in one history, without a network: instances learn of the same logs in
 * different orders and keep different amounts, and readers go from one to the other at any moment
 * with the last id that they were sent. Each event must come once, in the order of its partition,
 * and what an id leaves out must be exactly what came before it.
 */
class PartitionedHistoryBufferTest {

  private static final StreamName ORDERS = new StreamName("orders");
  private static final int RUNS = 25;
  private static final int INSTANCES = 3;
  private static final int READERS = 6;
  private static final int STEPS = 600;

  /** The logs of all partitions; an event's id is {@code <partition>-<number>}. */
  private static final class Store {
    final List<List<LogEntry>> logs = new ArrayList<>();
    long clock = 1;

    Store(int partitions) {
      IntStream.range(0, partitions).forEach(p -> logs.add(new ArrayList<>()));
    }

    /**
     * Many partitions have their events within the same millisecond, and thus at equal positions.
     */
    void append(int partition, Random random) {
      List<LogEntry> log = logs.get(partition);
      if (random.nextInt(3) == 0) {
        clock++;
      }
      Position last = log.isEmpty() ? Position.ZERO : log.getLast().position();
      Position next =
          last.millis() == clock
              ? new Position(clock, last.sequence() + 1)
              : new Position(clock, 0);
      String id = partition + "-" + log.size();
      log.add(new LogEntry(next, LogWriter.event(id, log.size() % 3 == 0 ? "third" : "other")));
    }

    LogState state(int partition) {
      List<LogEntry> log = logs.get(partition);
      return new LogState(
          "life-" + partition,
          List.of(Term.parse("1:aaaa:0-0")),
          Position.ZERO,
          log.isEmpty() ? Position.ZERO : log.getLast().position(),
          log.size(),
          clock);
    }

    List<LogState> states() {
      return IntStream.range(0, logs.size()).mapToObj(this::state).toList();
    }

    /** What a read of at most so many entries brings. */
    ReplayPage page(int partition, Position from, Position known, int most) {
      LogState state = state(partition);
      List<LogEntry> read =
          logs.get(partition).stream()
              .filter(entry -> entry.position().isAfter(from))
              .limit(most)
              .toList();
      Position end = read.isEmpty() ? from : read.getLast().position();
      if (read.size() < most && known.isAfter(end)) {
        end = known;
      }
      boolean alone = logs.size() == 1;
      List<BufferedEvent> events =
          read.stream()
              .map(
                  entry -> {
                    PartitionPosition place = PartitionPosition.in(state, entry.position());
                    return alone
                        ? BufferedEvent.at(
                            Cursor.ofStream(ORDERS, List.of(state), List.of(entry.position())),
                            partition,
                            entry.event())
                        : BufferedEvent.withoutId(partition, place, entry.event());
                  })
              .toList();
      return new ReplayPage(partition, state, events, end);
    }
  }

  /** One that has told its history so much of each partition. */
  private static final class Instance {
    final Store store;
    final HistoryBuffer history;
    final int[] told;

    Instance(Store store, int mostEvents) {
      this.store = store;
      this.history =
          new HistoryBuffer(ORDERS, store.states(), mostEvents, 1 << 30, new HistoryQuota(1 << 30));
      this.told = store.logs.stream().mapToInt(List::size).toArray();
    }

    void learn(int partition, int most) {
      List<LogEntry> log = store.logs.get(partition);
      int end = Math.min(log.size(), told[partition] + most);
      if (end > told[partition]) {
        history.add(partition, store.state(partition), log.subList(told[partition], end));
        told[partition] = end;
      }
    }
  }

  /** A reader as {@code Subscriber} is one, whose connections break between any two frames. */
  private static final class Reader {
    final Random random;
    final EventFilter filter;
    final List<List<String>> seen = new ArrayList<>();
    String lastId;
    Instance instance;
    Cursor at;
    boolean live;
    long next;

    Reader(Store store, Instance first, EventFilter filter, Random random) {
      this.random = random;
      this.filter = filter;
      this.lastId =
          Cursor.ofStream(
                  ORDERS, store.states(), store.logs.stream().map(log -> Position.ZERO).toList())
              .encode();
      store.logs.forEach(log -> seen.add(new ArrayList<>()));
      connect(first);
    }

    void connect(Instance to) {
      instance = to;
      at = Cursor.parse(lastId);
      next = to.history.behindUnchecked(at);
      live = next >= 0;
    }

    /** One step of a connection. */
    void step() {
      HistoryBuffer history = instance.history;
      if (!live) {
        next = history.behind(at);
        live = next >= 0;
      }
      if (live) {
        FrameBatch batch = history.from(next, filter, at);
        if (batch == null) {
          live = false;
        } else if (take(batch)) {
          next = batch.next();
          heartbeat();
        }
        return;
      }
      int partition = history.missing(at);
      Position from = at.position(partition);
      ReplayPage page =
          instance.store.page(partition, from, history.floor(partition), 1 + random.nextInt(20));
      FrameBatch batch = page.from(0, filter, at);
      if (take(batch) && batch.next() < page.events().size()) {
        throw new AssertionError("the test's pages are small");
      }
    }

    /** Sees the frames, or the first of them, after which the connection breaks. */
    private boolean take(FrameBatch batch) {
      String[] frames = batch.frames().toString().split("\n\n");
      int whole = random.nextInt(8) == 0 ? random.nextInt(1 + batch.events()) : batch.events();
      for (int i = 0; i < whole; i++) {
        lastId = frames[i].substring("id: ".length(), frames[i].indexOf('\n'));
        int id = frames[i].indexOf("\"id\":\"") + 6;
        String event = frames[i].substring(id, frames[i].indexOf('"', id));
        seen.get(Integer.parseInt(event.substring(0, event.indexOf('-')))).add(event);
      }
      if (whole < batch.events()) {
        connect(instance);
        return false;
      }
      at = batch.at();
      return true;
    }

    boolean isAtEnd(Store store) {
      return live
          && next == instance.history.head()
          && IntStream.range(0, store.logs.size())
              .allMatch(p -> !store.state(p).last().isAfter(at.position(p)));
    }

    /** As for a reader to whom nothing was sent for a while. */
    void heartbeat() {
      if (random.nextInt(4) == 0) {
        lastId = at.encode();
      }
    }
  }

  @ParameterizedTest(name = "{0} partitions")
  @ValueSource(ints = {1, 2, 4, 9})
  void everyEventComesOnceAndInOrderOverInstancesThatLearnInDifferentOrders(int partitions) {
    long seed = System.nanoTime();
    for (int run = 0; run < RUNS; run++) {
      run(partitions, seed + run);
    }
  }

  private static void run(int partitions, long seed) {
    var random = new Random(seed);
    var store = new Store(partitions);
    for (int i = random.nextInt(50); i > 0; i--) {
      store.append(random.nextInt(partitions), random);
    }
    List<Instance> instances =
        IntStream.range(0, INSTANCES)
            .mapToObj(i -> new Instance(store, 1 + random.nextInt(40)))
            .toList();
    List<Reader> readers = new ArrayList<>();
    for (int i = 0; i < READERS; i++) {
      EventFilter filter =
          i % 3 == 0 ? new EventFilter(Set.of("third"), Set.of()) : EventFilter.OPEN;
      readers.add(new Reader(store, instances.get(i % INSTANCES), filter, random));
    }
    for (int step = 0; step < STEPS; step++) {
      switch (random.nextInt(4)) {
        case 0 -> store.append(random.nextInt(partitions), random);
        case 1 ->
            instances
                .get(random.nextInt(INSTANCES))
                .learn(random.nextInt(partitions), 1 + random.nextInt(10));
        case 2 -> readers.get(random.nextInt(READERS)).step();
        default -> {
          Reader one = readers.get(random.nextInt(READERS));
          if (random.nextInt(4) == 0) {
            one.connect(instances.get(random.nextInt(INSTANCES)));
          }
        }
      }
      readers.forEach(reader -> checkSoFar(store, reader, seed));
    }
    for (Instance instance : instances) {
      IntStream.range(0, partitions).forEach(p -> instance.learn(p, STEPS));
    }
    for (Reader reader : readers) {
      for (int i = 0; i < 20 * STEPS && !reader.isAtEnd(store); i++) {
        reader.step();
      }
      for (int p = 0; p < partitions; p++) {
        assertThat(reader.seen.get(p))
            .as("partition %d, seed %d", p, seed)
            .isEqualTo(wanted(store, reader, p));
      }
    }
  }

  private static void checkSoFar(Store store, Reader reader, long seed) {
    Cursor last = Cursor.parse(reader.lastId);
    for (int p = 0; p < store.logs.size(); p++) {
      Position reached = last.position(p);
      List<String> before =
          store.logs.get(p).stream()
              .filter(entry -> reader.filter.matches(entry.event()))
              .filter(entry -> !entry.position().isAfter(reached))
              .map(entry -> entry.event().id())
              .toList();
      assertThat(reader.seen.get(p))
          .as("partition %d at %s, seed %d", p, reached, seed)
          .isEqualTo(before);
    }
  }

  private static List<String> wanted(Store store, Reader reader, int partition) {
    return store.logs.get(partition).stream()
        .filter(entry -> reader.filter.matches(entry.event()))
        .map(entry -> entry.event().id())
        .toList();
  }
}
