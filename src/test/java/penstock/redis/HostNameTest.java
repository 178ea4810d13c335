package penstock.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.dns.AddressResolverOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.spi.resolver.ResolverProvider;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A server's name that leads to another address, as in Kubernetes when its pod is another one. */
class HostNameTest {

  private static final String LEFT_TO_JDK = ResolverProvider.DISABLE_DNS_RESOLVER_PROP_NAME;

  @Test
  void eachConnectionResolvesTheNameAnew() {
    try (RedisServer first = RedisServer.start();
        RedisServer second = RedisServer.start();
        HostNames names = new HostNames("127.0.0.1")) {
      first.ask("SET", "who", "first");
      second.ask("SET", "who", "second");
      Vertx vertx = asking(names);
      NetServer before = await(listen(vertx, "127.0.0.1", 0, first.port()));
      await(listen(vertx, "127.0.0.2", before.actualPort(), second.port()));
      var settings = new LinkSettings(Duration.ofSeconds(5), Duration.ofMillis(100), 64);
      String uri = "redis://redis.example:" + before.actualPort();
      var link =
          new NodeLink(
              "test",
              vertx,
              vertx.getOrCreateContext(),
              LinkSettings.to(
                  () -> Redis.createClient(vertx, new RedisOptions().setConnectionString(uri))),
              settings);
      link.start();
      assertThat(await(link.send(Command.GET, "who"))).hasToString("first");
      names.leadTo("127.0.0.2");
      assertThat(await(link.send(Command.GET, "who"))).hasToString("first");
      first.kill();
      await()
          .ignoreExceptions()
          .untilAsserted(
              () -> assertThat(await(link.send(Command.GET, "who"))).hasToString("second"));
      await(link.close());
      await(vertx.close());
    }
  }

  /**
   * What resolves names by that server, also in a JVM in which the framework had them left to the
   * JDK.
   */
  private static Vertx asking(HostNames names) {
    String left = System.clearProperty(LEFT_TO_JDK);
    try {
      return Vertx.vertx(
          new VertxOptions()
              .setAddressResolverOptions(new AddressResolverOptions().addServer(names.server())));
    } finally {
      if (left != null) {
        System.setProperty(LEFT_TO_JDK, left);
      }
    }
  }

  /** Gives on what comes there to a server. */
  private static Future<NetServer> listen(Vertx vertx, String host, int port, int server) {
    return vertx
        .createNetServer()
        .connectHandler(from -> join(vertx, from, server))
        .listen(port, host);
  }

  private static void join(Vertx vertx, NetSocket from, int server) {
    from.pause();
    vertx
        .createNetClient()
        .connect(server, "127.0.0.1")
        .onSuccess(
            to -> {
              from.pipeTo(to);
              to.pipeTo(from);
            })
        .onFailure(away -> from.close());
  }
}
