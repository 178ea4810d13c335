package penstock.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.netty.channel.EventLoop;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import io.vertx.redis.client.Command;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(RedisResource.class)
class LoopLinksTest {

  private static final int CONTEXTS = 16;

  @Inject Vertx vertx;
  @Inject RedisLinks links;

  private record Use(EventLoop loop, RedisLink link, Thread sent, Thread answered) {}

  @Test
  void eachEventLoopHasItsOwnLinkAndGetsAnswersOnIt() {
    LoopLinks onLoops = links.openOnLoops("loops-test");
    List<Future<Use>> uses = new ArrayList<>();
    for (int i = 0; i < CONTEXTS; i++) {
      ContextInternal context = ((VertxInternal) vertx).createEventLoopContext();
      // As in a request: on a context of its own, which the link must not keep.
      ContextInternal duplicate = context.duplicate();
      Promise<Use> use = Promise.promise();
      duplicate.runOnContext(
          go -> {
            RedisLink link = onLoops.here();
            Thread sent = Thread.currentThread();
            link.send(Command.PING)
                .map(pong -> new Use(context.nettyEventLoop(), link, sent, Thread.currentThread()))
                .onComplete(use);
          });
      uses.add(use.future());
    }
    List<Use> all = await(Future.all(uses).map(done -> done.<Use>list()));
    assertThat(all).allSatisfy(use -> assertThat(use.answered()).isSameAs(use.sent()));
    Set<EventLoop> loops = all.stream().map(Use::loop).collect(Collectors.toSet());
    Set<RedisLink> used = all.stream().map(Use::link).collect(Collectors.toSet());
    assertThat(loops).hasSizeGreaterThan(1);
    assertThat(used).hasSameSizeAs(loops);
    assertThat(used.stream().map(RedisLink::name)).doesNotHaveDuplicates();
  }
}
