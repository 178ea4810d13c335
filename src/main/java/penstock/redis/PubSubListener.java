package penstock.redis;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import penstock.problem.IsolatedCall;

/**
 * Hears what scripts publish, over a link of its own. Redis keeps nothing of that for whoever is
 * away: when the link is up again, each channel counts as heard once, since it may have been.
 *
 * <p>A connection on which nothing comes looks like a dead one by itself, so the link has the same
 * channel subscribed to again now and then, which Redis always confirms.
 *
 * <p>Belongs to the event loop of its context.
 */
public final class PubSubListener {

  private static final Logger LOG = Logger.getLogger(PubSubListener.class);

  /** A command of so many names is built and parsed in a moment. */
  private static final int NAMES_IN_CALL = 256;

  private final NodeLink link;
  private final String beat;
  private final BiConsumer<String, Buffer> heard;
  private final Map<String, Channel> channels = new HashMap<>();

  /** How many of them Redis has not confirmed, or not again; for other threads. */
  private final AtomicInteger unconfirmed = new AtomicInteger();

  private boolean refused;

  private static final class Channel {

    int listeners;
    boolean confirmed;

    /** Those that wait for the confirmation; null if none do. */
    @Nullable Promise<Void> waiting;
  }

  /**
   * @param beat a channel of which nothing is heard, to find out whether the link lives
   * @param heard is given the name of a channel on which something was published, and that; or
   *     nothing, if something may have been
   */
  PubSubListener(NodeLink link, String beat, BiConsumer<String, Buffer> heard) {
    this.link = link;
    this.beat = beat;
    this.heard = heard;
  }

  /**
   * One more listens: to be ended by {@link #leave} if it succeeds.
   *
   * @return completes when all that is published from now on will be heard; fails as {@link
   *     RedisLink} says
   */
  public Future<Void> listen(String name) {
    Channel channel = channels.computeIfAbsent(name, absent -> unconfirmed());
    channel.listeners++;
    if (channel.confirmed) {
      return Future.succeededFuture();
    }
    if (channel.waiting == null) {
      channel.waiting = Promise.promise();
      if (link.isUp()) {
        subscribe(List.of(name));
      } else if (link.hasBeenTried()) {
        leave(name);
        return Future.failedFuture(RedisFailures.notSent(link.downReason()));
      }
    }
    return channel
        .waiting
        .future()
        .recover(
            failure -> {
              leave(name);
              return Future.failedFuture(failure);
            });
  }

  private Channel unconfirmed() {
    unconfirmed.incrementAndGet();
    return new Channel();
  }

  /** Redis counts it among those who are subscribed to its channels, to each. Any thread. */
  public boolean hearsAll() {
    return link.isUp() && unconfirmed.get() == 0;
  }

  /** One less listens. */
  public void leave(String name) {
    Channel channel = channels.get(name);
    if (channel != null && --channel.listeners == 0) {
      channels.remove(name);
      if (!channel.confirmed) {
        unconfirmed.decrementAndGet();
      }
      link.sendForMessages(1, Request.cmd(Command.UNSUBSCRIBE).arg(name));
    }
  }

  private void subscribe(Collection<String> names) {
    Request request = Request.cmd(Command.SUBSCRIBE);
    names.forEach(request::arg);
    link.sendForMessages(names.size(), request);
  }

  /** The link is up, and nothing is subscribed to over it yet. */
  void up() {
    List<String> all = List.copyOf(channels.keySet());
    for (int from = 0; from < all.size(); from += NAMES_IN_CALL) {
      subscribe(all.subList(from, Math.min(all.size(), from + NAMES_IN_CALL)));
    }
  }

  /** The link is down, or could not be opened. */
  void down(RuntimeException why) {
    for (Channel channel : List.copyOf(channels.values())) {
      if (channel.confirmed) {
        channel.confirmed = false;
        unconfirmed.incrementAndGet();
      }
      settle(channel, Future.failedFuture(why));
    }
  }

  /** Asks for a sign of life. */
  void beat() {
    subscribe(List.of(beat));
  }

  /** A message of Redis; those that answer are counted by the link, which waits for them. */
  void message(Response message) {
    if (message.type() == ResponseType.ERROR) {
      // One error for all names of a command; those of other commands are not distinguished.
      link.answered(link.pending());
      refused(message.toString());
      return;
    }
    String name = message.get(1).toString();
    switch (message.get(0).toString()) {
      case "message" -> heard.accept(name, message.get(2).toBuffer());
      case "subscribe" -> {
        link.answered(1);
        confirmed(name);
      }
      default -> link.answered(1);
    }
  }

  private void confirmed(String name) {
    if (refused) {
      refused = false;
      LOG.info("redis lets news be heard again");
      up();
    }
    Channel channel = channels.get(name);
    if (channel != null) {
      if (!channel.confirmed) {
        channel.confirmed = true;
        unconfirmed.decrementAndGet();
      }
      IsolatedCall.run(() -> heard.accept(name, Buffer.buffer(0)));
      settle(channel, Future.succeededFuture());
    }
  }

  /** Whoever listens goes on without: it finds out by itself, later. */
  private void refused(String why) {
    if (!refused) {
      refused = true;
      LOG.errorf(
          "redis does not let news be heard, so all is heard of late: reason=\"%s\"; give the user"
              + " the channels too (ACL SETUSER ... &%s*)",
          why, beat.substring(0, beat.indexOf(':') + 1));
    }
    for (Channel channel : List.copyOf(channels.values())) {
      settle(channel, Future.succeededFuture());
    }
  }

  private static void settle(Channel channel, Future<Void> result) {
    Promise<Void> waiting = channel.waiting;
    channel.waiting = null;
    if (waiting != null) {
      IsolatedCall.settle(waiting, result);
    }
  }
}
