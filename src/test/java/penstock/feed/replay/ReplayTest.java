package penstock.feed.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.Patience;
import penstock.feed.FeedConfig;
import penstock.feed.FeedMeters;
import penstock.redis.Keys;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;
import penstock.stream.Partition;
import penstock.stream.Position;
import penstock.stream.StreamName;
import penstock.stream.log.EventLog;
import penstock.stream.log.LogWriter;

/** What is read of history for those who come back together, and what is never told of it. */
@QuarkusTest
@WithTestResource(
    value = RedisResource.class,
    initArgs = @ResourceArg(name = "options", value = "--appendfsync always"))
class ReplayTest {

  private static final Logger LOG = Logger.getLogger(ReplayTest.class);
  private static final AtomicInteger NAMES = new AtomicInteger();
  private static final long MOST_BYTES = 32 * 1024 * 1024;

  RedisServer redis;
  @Inject Vertx vertx;
  @Inject Keys keys;
  @Inject EventLog log;
  @Inject LogWriter writer;
  @Inject FeedConfig config;
  @Inject FeedMeters meters;

  private final StreamName stream = new StreamName("replay-" + NAMES.incrementAndGet());
  private final Partition partition = new Partition(stream, 0);

  @BeforeEach
  void connect() {
    writer.awaitLink();
  }

  private Replay replay(RecentPages recent) {
    return new Replay(
        log,
        writer.link(),
        new AsyncSemaphore(config.replays()),
        meters,
        config,
        recent,
        partition,
        true);
  }

  private RecentPages recent(Duration keep) {
    return new RecentPages(vertx, MOST_BYTES, keep);
  }

  private List<Position> append(int count) {
    var positions = new ArrayList<Position>();
    for (int from = 0; from < count; from += 100) {
      positions.addAll(
          writer.append(
              stream,
              IntStream.range(from, Math.min(count, from + 100))
                  .mapToObj(Integer::toString)
                  .toArray(String[]::new)));
    }
    return positions;
  }

  private long calls(String command) {
    Matcher calls =
        Pattern.compile("cmdstat_" + command + ":calls=(\\d+)")
            .matcher(redis.ask("INFO", "commandstats").toString());
    return calls.find() ? Long.parseLong(calls.group(1)) : 0;
  }

  @Test
  void thoseWhoAskForAPageWhileItIsReadGetTheSame() {
    append(10);
    Replay replay = replay(recent(Duration.ofSeconds(1)));
    redis.pause();
    Future<ReplayPage> first;
    try {
      first = replay.behind(Position.ZERO, Position.ZERO);
      assertThat(replay.behind(Position.ZERO, Position.ZERO)).isSameAs(first);
    } finally {
      redis.resume();
    }
    assertThat(await(first).events()).hasSize(10);
  }

  /** How many events a reader gets from a position to the end. */
  private static Future<Integer> walk(Replay replay, Position from, Position end) {
    return replay
        .behind(from, Position.ZERO)
        .compose(
            page ->
                page.end().isAfter(from) && end.isAfter(page.end())
                    ? walk(replay, page.end(), end).map(rest -> page.events().size() + rest)
                    : Future.succeededFuture(page.events().size()));
  }

  @Test
  void readsEachPageOnceForThousandsWhoComeBack() {
    List<Position> positions = append(5_000);
    RecentPages recent = recent(Patience.LIMIT);
    Replay replay = replay(recent);
    long seed = new Random().nextLong();
    LOG.infof("seed=%d", seed);
    var random = new Random(seed);
    long before = calls("xrange");
    var wanted = new ArrayList<Integer>();
    var walks = new ArrayList<Future<Integer>>();
    for (int i = 0; i < 2_000; i++) {
      // They left within the same second or so, at events that are not the same.
      int seen = random.nextInt(300);
      wanted.add(positions.size() - 1 - seen);
      walks.add(walk(replay, positions.get(seen), positions.getLast()));
    }
    List<Integer> got = await(Future.all(walks).map(all -> all.<Integer>list()));
    long reads = calls("xrange") - before;
    LOG.infof("readers=2000 events=5000 reads=%d kept=%d bytes", reads, recent.bytes());
    assertThat(got).as("seed %d", seed).isEqualTo(wanted);
    // Pages of up to 256 make 20; the first ones are shorter, and read at 16 places at once.
    assertThat(reads).isLessThan(200);
    assertThat(recent.bytes()).isPositive().isLessThanOrEqualTo(MOST_BYTES);
  }

  @Test
  void keepsNoMoreBytesThanItMayAndNoLongerThanItMay() {
    List<Position> positions = append(2_000);
    var small = new RecentPages(vertx, 100_000, Patience.LIMIT);
    assertThat(await(walk(replay(small), Position.ZERO, positions.getLast()))).isEqualTo(2_000);
    assertThat(small.bytes()).isPositive().isLessThanOrEqualTo(100_000);
    RecentPages brief = recent(Duration.ofMillis(50));
    assertThat(await(walk(replay(brief), Position.ZERO, positions.getLast()))).isEqualTo(2_000);
    await().until(() -> brief.bytes() == 0);
  }

  private static List<String> ids(ReplayPage page) {
    return page.events().stream().map(event -> event.attributes().id()).toList();
  }

  @Test
  void tellsNothingOfALostLife() {
    append(3);
    Replay replay = replay(recent(Patience.LIMIT));
    ReplayPage old = await(replay.behind(Position.ZERO, Position.ZERO));
    redis.flush();
    writer.append(stream, "new");
    ReplayPage page = await(replay.behind(Position.ZERO, Position.ZERO));
    assertThat(ids(page)).containsExactly("new");
    assertThat(page.log().life()).isNotEqualTo(old.log().life());
  }

  @Test
  void tellsNothingOfAnEarlierTerm() {
    append(3);
    Replay replay = replay(recent(Patience.LIMIT));
    ReplayPage old = await(replay.behind(Position.ZERO, Position.ZERO));
    redis.restart();
    writer.awaitLink();
    ReplayPage page = await(replay.behind(Position.ZERO, Position.ZERO));
    assertThat(ids(page)).containsExactly("0", "1", "2");
    assertThat(page.log().term().number()).isEqualTo(old.log().term().number() + 1);
    assertThat(page.events().getFirst().place().term()).isEqualTo(page.log().term().number());
  }

  @Test
  void tellsNothingThatWasRemoved() {
    List<Position> positions = append(5);
    Replay replay = replay(recent(Patience.LIMIT));
    assertThat(ids(await(replay.behind(Position.ZERO, Position.ZERO)))).hasSize(5);
    redis.ask("XTRIM", log.keys(partition).events(), "MINID", positions.get(3).toString());
    ReplayPage page = await(replay.behind(Position.ZERO, Position.ZERO));
    assertThat(ids(page)).containsExactly("3", "4");
    assertThat(page.log().trimmed()).isGreaterThanOrEqualTo(positions.get(2));
  }

  @Test
  void tellsWhatWasAppendedBehindAPageThatIsKept() {
    List<Position> positions = append(5);
    Replay replay = replay(recent(Patience.LIMIT));
    await(replay.behind(Position.ZERO, Position.ZERO));
    Position last = writer.append(stream, "more").getFirst();
    assertThat(await(walk(replay, positions.get(1), last))).isEqualTo(4);
  }
}
