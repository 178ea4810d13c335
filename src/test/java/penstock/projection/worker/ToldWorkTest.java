package penstock.projection.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.is;
import static penstock.Patience.await;
import static penstock.Requests.awaitApplied;
import static penstock.Requests.given;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.buffer.Buffer;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import penstock.event.Event;
import penstock.projection.TestLog;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;
import penstock.stream.LogEntry;
import penstock.stream.LogState;
import penstock.stream.Position;
import penstock.stream.log.OrderedNews;
import penstock.stream.tail.Tail;
import penstock.stream.tail.TailListener;
import penstock.stream.tail.TailSource;
import penstock.view.ViewDefinition;
import penstock.view.ViewName;
import penstock.view.Views;
import penstock.view.fold.Entry;
import penstock.view.fold.Fold;
import penstock.view.read.ChangelogReader;

/** The service's own workers, whose threads would look by themselves only after 20 s. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(ToldWorkTest.Settings.class)
class ToldWorkTest {

  public static final class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.ofEntries(
          Map.entry("penstock.projection.lease", "60s"),
          Map.entry("penstock.tail.check-interval", "1h"),
          Map.entry("penstock.streams.work.partitions", "1"),
          Map.entry("penstock.views.worked.stream", "work"),
          Map.entry("penstock.views.worked.fold", "merge"),
          Map.entry("penstock.views.noted.stream", "work"),
          Map.entry("penstock.views.noted.fold", "bean:noting"),
          Map.entry("penstock.streams.single.partitions", "1"),
          Map.entry("penstock.views.alone.stream", "single"),
          Map.entry("penstock.views.alone.fold", "count"),
          Map.entry("penstock.streams.told.partitions", "1"),
          Map.entry("penstock.views.told.stream", "told"),
          Map.entry("penstock.views.told.fold", "count"));
    }
  }

  /** Notes on which threads it is called. */
  @ApplicationScoped
  @Named("noting")
  public static class Noting implements Fold {

    static final Set<String> THREADS = ConcurrentHashMap.newKeySet();

    @Override
    public Entry apply(@Nullable Entry entry, Event event, Position position) {
      THREADS.add(
          Thread.currentThread().isVirtual() ? "virtual" : Thread.currentThread().getName());
      return (entry == null ? Entry.EMPTY : entry)
          .edit()
          .set("n", position.toString().getBytes())
          .done();
    }

    @Override
    public void value(Entry entry, Buffer out) {
      out.appendString("1");
    }
  }

  RedisServer redis;
  @Inject Tail tail;
  @Inject Views views;
  @Inject ChangelogReader changelog;

  private static String post(String subject, int n) {
    return post("work", subject, n);
  }

  private static String post(String stream, String subject, int n) {
    return given()
        .contentType("application/cloudevents+json")
        .body(
            "{\"specversion\":\"1.0\",\"id\":\"%s-%d\",\"source\":\"/t\",\"type\":\"t\",\"subject\":\"%s\",\"data\":{\"n%d\":1}}"
                .formatted(subject, n, subject, n))
        .post("/streams/" + stream + "/events")
        .then()
        .statusCode(anyOf(is(201), is(200)))
        .extract()
        .path("cursor");
  }

  @Test
  void allThatIsToldIsFoldedWithoutAskingWhoeverAppendsMeanwhile() throws Exception {
    for (int i = 0; i < 2; i++) {
      String cursor = post("begin", i);
      awaitApplied("worked", cursor);
      awaitApplied("noted", cursor);
    }
    long asked = redis.calls("xreadgroup");
    for (int round = 0; round < 5; round++) {
      try (ExecutorService own = Executors.newFixedThreadPool(8)) {
        List<Future<String>> posts = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
          int n = 100 * round + i;
          posts.add(own.submit(() -> post("k" + n % 7, n)));
        }
        for (Future<String> one : posts.subList(92, 100)) {
          awaitApplied("worked", one.get());
        }
        awaitApplied("noted", posts.getLast().get());
      }
    }
    assertThat(redis.calls("xreadgroup") - asked).isLessThan(300);
    assertThat(Noting.THREADS).as("a fold of one's own").containsExactly("virtual");
  }

  /** How often a script ran for the stream, of all that Redis did. */
  private long scripts(String intent, List<?> done) {
    String sha = (String) redis.ask("SCRIPT", "LOAD", TestLog.source(intent));
    return done.stream()
        .map(Object::toString)
        .filter(one -> one.contains(sha) && one.contains("{single/0}"))
        .count();
  }

  /** What it makes of an event is committed by the script that appends it, and by no other. */
  @Test
  void anEventAndWhatItMakesOfAViewTakeOneScript() {
    for (int i = 0; i < 3; i++) {
      awaitApplied("alone", post("single", "a", i));
    }
    redis.ask("CONFIG", "SET", "slowlog-max-len", "100000");
    redis.ask("CONFIG", "SET", "slowlog-log-slower-than", "0");
    redis.ask("SLOWLOG", "RESET");
    int events = 100;
    for (int i = 3; i < 3 + events; i++) {
      post("single", "a", i);
      if (i % 20 == 0) {
        // sent again, it is not counted again
        post("single", "a", i - 2);
      }
    }
    redis.ask("CONFIG", "SET", "slowlog-log-slower-than", "-1");
    List<?> done = (List<?>) redis.ask("SLOWLOG", "GET", "100000");
    assertThat(scripts("append", done)).isEqualTo(events + events / 20);
    // where the lease was due, or what was sent again had gone along
    assertThat(scripts("commit", done)).isLessThan(events / 5);
    String last = post("single", "a", 3 + events);
    given()
        .get("/views/alone/entries/a?wait=20s&at-least=" + last)
        .then()
        .statusCode(200)
        .body("value", is(4 + events));
  }

  /** No loop is woken that has nothing to write, and none that is late brings them out of order. */
  @Test
  void whatChangedIsToldInOrderOnTheEventLoopsThatHaveTheAnswers() throws Exception {
    ViewDefinition view = views.find(new ViewName("told"));
    TailSource changes = changelog.source(view, view.generation(), 0);
    awaitApplied("told", post("told", "a", 0));
    var news = new CopyOnWriteArrayList<OrderedNews>();
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    TailListener listener =
        new TailListener() {
          @Override
          public boolean wantsEntries() {
            return false;
          }

          @Override
          public void appended(LogState log, List<LogEntry> entries) {}

          @Override
          public void told(LogState log, OrderedNews one) {
            threads.add(Thread.currentThread());
            news.add(one);
          }

          @Override
          public void moved(LogState log) {}
        };
    await(tail.follow(changes, listener));
    try (ExecutorService own = Executors.newFixedThreadPool(8)) {
      for (int i = 1; i <= 400; i++) {
        int n = i;
        own.submit(() -> post("told", "a", n));
      }
    }
    tail.unfollow(changes, listener);
    assertThat(threads).hasSizeGreaterThan(1);
    assertThat(news).hasSizeGreaterThan(100);
    assertThat(news.stream().map(OrderedNews::last)).isSorted();
  }
}
