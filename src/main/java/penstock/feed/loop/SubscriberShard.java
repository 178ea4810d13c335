package penstock.feed.loop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import penstock.feed.DisconnectReason;
import penstock.problem.IsolatedCall;

/**
 * The readers of one channel that one event loop serves: all are written to in one turn. Belongs to
 * its event loop, but for {@link #wake}.
 */
public class SubscriberShard<R extends FeedSubscriber> extends LoopTask {

  private static final Logger LOG = Logger.getLogger(SubscriberShard.class);

  /**
   * So many are served between two looks at the clock, each of which costs about as much as ten
   * readers with nothing to write. What all of them need is read before the first is written to:
   * the kernel's own work between two writes takes the processor's cache, and memory that several
   * wait for comes to all at once.
   */
  private static final int READERS_TOGETHER = 8;

  /** Most streams have few readers on an event loop. */
  private static final int FEW = 2;

  private final LoopDispatcher dispatcher;
  private final Runnable whenEmpty;
  private final Set<R> members = new LinkedHashSet<>(FEW);

  /** Who is left in this turn. */
  private Iterator<R> turn = Collections.emptyIterator();

  @SuppressWarnings("UnusedVariable") // or else the compiler would not read what is touched
  private long touched;

  /** Who is left in this tick. */
  private Iterator<R> ticked = Collections.emptyIterator();

  /**
   * @param gather the most that an event is delayed so that others can be written with it
   * @param whenEmpty is called when the last reader has left
   */
  public SubscriberShard(LoopDispatcher dispatcher, Duration gather, Runnable whenEmpty) {
    super(gather);
    this.dispatcher = dispatcher;
    this.whenEmpty = whenEmpty;
  }

  public void add(R reader) {
    if (members.isEmpty()) {
      dispatcher.add(this);
    }
    members.add(reader);
  }

  public void remove(R reader) {
    if (members.remove(reader) && members.isEmpty()) {
      dispatcher.remove(this);
      whenEmpty.run();
    }
  }

  /** Lets the members write what is new, in a turn of their event loop. From any thread. */
  public final void wake() {
    if (request()) {
      dispatcher.wake(this);
    }
  }

  @Override
  void beginTurn() {
    turn = writers().iterator();
  }

  /** Something came of which no member has to hear at once. */
  public boolean isOwedATurn() {
    return false;
  }

  /** Those who may have something to write in the turn that begins. */
  public List<R> writers() {
    return List.copyOf(members);
  }

  @Override
  final boolean continueTurn(long end) {
    turn = goOn(turn, end, this::advance);
    return !turn.hasNext();
  }

  private void advance(List<R> some) {
    if (some.size() == READERS_TOGETHER) {
      some.forEach(member -> touched += member.touch());
    }
    some.forEach(member -> isolated(member, FeedSubscriber::advance));
  }

  @Override
  final boolean tick(long now, long end) {
    if (!ticked.hasNext()) {
      if (isOwedATurn()) {
        wake();
      }
      ticked = List.copyOf(members).iterator();
    }
    Consumer<R> duties = member -> member.tick(now);
    ticked = goOn(ticked, end, some -> some.forEach(member -> isolated(member, duties)));
    return !ticked.hasNext();
  }

  /** Goes on as long as there is time; returns who is left then, and holds nobody else. */
  private static <R extends FeedSubscriber> Iterator<R> goOn(
      Iterator<R> left, long end, Consumer<List<R>> what) {
    var next = new ArrayList<R>(READERS_TOGETHER);
    do {
      while (next.size() < READERS_TOGETHER && left.hasNext()) {
        next.add(left.next());
      }
      what.accept(next);
      next.clear();
    } while (left.hasNext() && System.nanoTime() - end < 0);
    return left.hasNext() ? left : Collections.emptyIterator();
  }

  /** What one reader throws is its own end, and nobody else's. */
  private static <R extends FeedSubscriber> void isolated(R member, Consumer<R> what) {
    try {
      what.accept(member);
    } catch (RuntimeException | Error defect) {
      LOG.error("a reader failed", defect);
      IsolatedCall.run(() -> member.disconnect(DisconnectReason.INTERNAL_ERROR));
    }
  }
}
