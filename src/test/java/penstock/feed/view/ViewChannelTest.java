package penstock.feed.view;

import static penstock.Patience.await;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.feed.FeedConfig;
import penstock.feed.frame.HistoryQuota;
import penstock.feed.loop.LoopDispatchers;
import penstock.redis.RedisLinks;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;
import penstock.stream.log.LogWriter;
import penstock.stream.tail.Tail;
import penstock.view.GenerationRegistry;
import penstock.view.ViewDefinition;
import penstock.view.ViewName;
import penstock.view.Views;
import penstock.view.read.ChangelogReader;

@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(ViewFeedStepsTest.Settings.class)
class ViewChannelTest {

  RedisServer redis;
  @Inject Vertx vertx;
  @Inject Tail tail;
  @Inject ChangelogReader changes;
  @Inject RedisLinks links;
  @Inject LoopDispatchers dispatchers;
  @Inject FeedConfig config;
  @Inject LogWriter writer;
  @Inject Views views;
  @Inject GenerationRegistry generations;

  @BeforeEach
  void connect() {
    writer.awaitLink();
  }

  /** What it opens with was asked for, but not answered. */
  @Test
  void whatIsClosedBeforeItIsOpenFollowsNothing() {
    ViewDefinition view = views.find(new ViewName("carts"));
    var reads =
        new ConfirmedReads(
            view,
            changes,
            links.openForReads("test", tail.changes()),
            false,
            config,
            new HistoryQuota(10_000));
    awaitOpened(reads);
    ViewChannel closed = channel(reads);
    tail.changes()
        .runOnContext(
            go -> {
              closed.ask(new ViewReadRequest.FromNow(), null, answer -> {});
              closed.close();
            });
    // over the same connection, and so behind what was closed
    awaitOpened(reads);
    await().until(() -> followers(view) == 0);
  }

  /** One was opened, and closed then. The view may not be served yet. */
  private void awaitOpened(ConfirmedReads reads) {
    await()
        .until(
            () -> {
              ViewChannel open = channel(reads);
              ViewReadResult answer = answer(open);
              open.close();
              return answer instanceof ViewReadResult.Joined;
            });
  }

  private ViewChannel channel(ConfirmedReads reads) {
    return new ViewChannel(reads, tail, vertx, dispatchers, config);
  }

  private static ViewReadResult answer(ViewChannel channel) {
    Promise<ViewReadResult> answer = Promise.promise();
    channel.ask(new ViewReadRequest.FromNow(), null, answer::complete);
    return await(answer.future());
  }

  /** Of the view's changes, as Redis has them. */
  private long followers(ViewDefinition view) {
    String changes = generations.keys(view.name(), view.generation(), 0).changes();
    List<?> found = (List<?>) Objects.requireNonNull(redis.ask("PUBSUB", "NUMSUB", changes));
    return (Long) found.get(1);
  }
}
