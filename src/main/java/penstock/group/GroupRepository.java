package penstock.group;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import penstock.redis.BatchQueue;
import penstock.redis.Keys;
import penstock.redis.LoopLinks;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.redis.RedisNumber;
import penstock.redis.RedisReplyException;
import penstock.redis.Script;
import penstock.stream.LogState;
import penstock.stream.NameRule;
import penstock.stream.Partition;
import penstock.stream.Position;
import penstock.stream.log.EventLog;

/**
 * What Redis knows of groups, one partition at a time. Each call is one script, over the link of
 * the caller's event loop; futures complete there, and fail as {@link RedisLink} says. A script's
 * own refusal is a {@link RedisReplyException} with the code that its header names.
 */
@ApplicationScoped
class GroupRepository {

  /** There is no such group. */
  static final String UNKNOWN = "UNKNOWN";

  /** The log has another life than what was observed of it. */
  static final String MOVED = "MOVED";

  /** Deliveries in one script. */
  static final int MOST = 256;

  private static final String LOST = "LOST";

  /** Somebody may destroy the consumer group again and again. */
  private static final int MOST_RESTORES = 5;

  private static final Script PULL = Script.named("group-pull");
  private static final Script ACK = Script.named("group-ack");
  private static final Script NACK = Script.named("group-nack");
  private static final Script EXTEND = Script.named("group-extend");
  private static final Script CREATE = Script.named("group-create");
  private static final Script MOVE = Script.named("group-move");
  private static final Script RESTORE = Script.named("group-restore");
  private static final Script REMOVE = Script.named("group-remove");
  private static final Script DESCRIBE = Script.named("group-describe");
  private static final Script REPLAY = Script.named("group-replay");
  private static final Script TIDY = Script.named("group-tidy");

  /** Eight bytes as hex digits, which is what an {@link AckId} has room for. */
  private static final int ID_LENGTH = 16;

  private final LoopLinks links;
  private final EventLog log;
  private final GroupConfig config;
  private final BatchQueue<Of, Acks, List<Boolean>> acks;

  @Inject
  GroupRepository(RedisLinks links, EventLog log, GroupConfig config) {
    this.links = links.openOnLoops("groups");
    this.acks = new BatchQueue<>(this.links, GroupRepository::batch, this::acknowledge);
    this.log = log;
    this.config = config;
  }

  private Future<Response> run(Script script, Request call) {
    return script.run(links.here(), call);
  }

  private String newId() {
    return log.newLife().substring(0, ID_LENGTH);
  }

  /** What became of the making of a group. */
  enum Made {
    CONFLICT,
    SAME,
    CHANGED,
    CREATED
  }

  /** Makes a group, or changes its settings. */
  Future<Made> create(
      Partition partition,
      GroupName name,
      GroupSettings settings,
      Position after,
      LogState observed) {
    Keys.OfPartition keys = log.keys(partition);
    Request call =
        CREATE
            .call(withGroup(keys, name, keys.groups()))
            .arg(name.value())
            .arg(keys.seen())
            .arg(log.newLife())
            .arg(newId())
            .arg(after.toString())
            .arg(observed.life())
            .arg(settings.ordered() ? 1 : 0);
    settings.fields().forEach(call::arg);
    return run(CREATE, call).map(reply -> Made.values()[1 + RedisNumber.intOf(reply)]);
  }

  /** Moves a group; its deliveries are stale from then on. */
  Future<Void> move(Partition partition, GroupName name, Position after, LogState observed) {
    Keys.OfPartition keys = log.keys(partition);
    return run(
            MOVE,
            MOVE.call(withGroup(keys, name))
                .arg(name.value())
                .arg(keys.seen())
                .arg(log.newLife())
                .arg(newId())
                .arg(after.toString())
                .arg(observed.life()))
        .mapEmpty();
  }

  private Future<Void> restore(Partition partition, GroupName name) {
    Keys.OfPartition keys = log.keys(partition);
    return run(
            RESTORE,
            RESTORE
                .call(withGroup(keys, name))
                .arg(name.value())
                .arg(keys.seen())
                .arg(log.newLife())
                .arg(newId()))
        .mapEmpty();
  }

  private static String[] withGroup(Keys.OfPartition keys, GroupName name, String... more) {
    Keys.OfGroup group = keys.group(name.value());
    var all =
        new ArrayList<String>(
            List.of(
                keys.events(),
                keys.log(),
                group.state(),
                group.leases(),
                group.parked(),
                group.busy(),
                group.flight()));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  /** Whether there was one. */
  Future<Boolean> remove(Partition partition, GroupName name) {
    Keys.OfPartition keys = log.keys(partition);
    Keys.OfGroup group = keys.group(name.value());
    return run(
            REMOVE,
            REMOVE
                .call(
                    keys.events(),
                    group.state(),
                    group.leases(),
                    group.parked(),
                    group.busy(),
                    group.flight(),
                    keys.groups())
                .arg(name.value()))
        .map(there -> RedisNumber.intOf(there) == 1);
  }

  /** The names of the groups of a partition; what another hand added that is none is left out. */
  Future<List<String>> names(Partition partition) {
    return links
        .here()
        .send(Command.SMEMBERS, log.keys(partition).groups())
        .map(names -> names.stream().map(Response::toString).filter(NameRule::isValid).toList());
  }

  /** As {@code group-describe.lua} tells it; empty if there is none. */
  Future<Optional<Response>> describe(Partition partition, GroupName name) {
    Keys.OfPartition keys = log.keys(partition);
    Keys.OfGroup group = keys.group(name.value());
    return run(
            DESCRIBE,
            DESCRIBE
                .call(keys.events(), keys.log(), group.state(), group.leases(), group.parked())
                .arg(name.value()))
        .map(Optional::ofNullable);
  }

  /** What one pull asks a partition for. */
  record Share(String consumer, int wanted, long leaseMillis) {}

  /**
   * An event as a script delivers it.
   *
   * @param fields of its log entry
   */
  record Delivered(AckId ack, Response fields) {

    private static Delivered of(String group, int partition, Response reply) {
      return new Delivered(
          new AckId(group, partition, reply.get(0).toString(), RedisNumber.longOf(reply.get(1))),
          reply.get(2));
    }

    private static List<Delivered> all(String group, int partition, Response reply) {
      return reply.stream().map(one -> of(group, partition, one)).toList();
    }
  }

  /**
   * What a partition has for some pulls.
   *
   * @param filter as {@link GroupFilter#text} has it
   * @param more whether there may be more now
   * @param nextMillis until something may be delivered again; -1 if nothing is out
   * @param vanished events that were removed from the log before they were done
   * @param exhausted what was delivered too often, to be set aside
   * @param messages for each pull, in order
   */
  record Pulled(
      String group,
      String filter,
      boolean more,
      long nextMillis,
      long vanished,
      List<Delivered> exhausted,
      List<List<Delivered>> messages) {

    private static final int FIRST_ANSWER = 6;

    private static Pulled of(int partition, Response reply) {
      String group = reply.get(0).toString();
      var messages = new ArrayList<List<Delivered>>();
      for (int i = FIRST_ANSWER; i < reply.size(); i++) {
        messages.add(Delivered.all(group, partition, reply.get(i)));
      }
      return new Pulled(
          group,
          reply.get(1).toString(),
          RedisNumber.intOf(reply.get(2)) == 1,
          RedisNumber.longOf(reply.get(3)),
          RedisNumber.longOf(reply.get(4)),
          Delivered.all(group, partition, reply.get(5)),
          messages);
    }
  }

  /** Delivers events; puts the group right first if its consumer group is gone. */
  Future<Pulled> pull(Partition partition, GroupName name, List<Share> shares) {
    return pull(partition, name, shares, MOST_RESTORES);
  }

  private Future<Pulled> pull(
      Partition partition, GroupName name, List<Share> shares, int restores) {
    return pullOnce(partition, name, shares)
        .recover(
            failure ->
                restores > 0 && isRefused(failure, LOST)
                    ? restore(partition, name)
                        .compose(done -> pull(partition, name, shares, restores - 1))
                    : Future.failedFuture(failure));
  }

  private Future<Pulled> pullOnce(Partition partition, GroupName name, List<Share> shares) {
    Keys.OfPartition keys = log.keys(partition);
    Request call =
        PULL.call(withGroup(keys, name, keys.dead()))
            .arg(name.value())
            .arg(config.maxParked())
            .arg(config.readSize().asLongValue());
    shares.forEach(one -> call.arg(one.consumer()).arg(one.wanted()).arg(one.leaseMillis()));
    return run(PULL, call).map(reply -> Pulled.of(partition.index(), reply));
  }

  static boolean isRefused(Throwable failure, String code) {
    return failure instanceof RedisReplyException refused && refused.code().equals(code);
  }

  private static String[] ofDeliveries(Keys.OfPartition keys, GroupName name) {
    Keys.OfGroup group = keys.group(name.value());
    return new String[] {
      keys.events(),
      group.state(),
      group.leases(),
      group.parked(),
      group.busy(),
      group.flight(),
      keys.dead(),
      keys.failedReplays()
    };
  }

  /** A group on a partition. */
  private record Of(Partition partition, GroupName name) {}

  /** What one request acknowledges of one existence of a group. */
  private record Acks(String group, List<String> deliveries) {}

  /**
   * Acknowledges deliveries, at most {@link #MOST}, of one existence of a group, together with what
   * others acknowledge meanwhile.
   *
   * @return for each whether it stood
   */
  Future<List<Boolean>> acknowledge(
      Partition partition, GroupName name, String group, List<String> deliveries) {
    return acks.add(new Of(partition, name), new Acks(group, deliveries));
  }

  private static Predicate<Acks> batch() {
    var group = new AtomicReference<@Nullable String>();
    var size = new AtomicInteger();
    return next -> {
      group.compareAndSet(null, next.group());
      return next.group().equals(group.get()) && size.addAndGet(next.deliveries().size()) <= MOST;
    };
  }

  private Future<List<List<Boolean>>> acknowledge(RedisLink over, Of what, List<Acks> some) {
    List<String> all = some.stream().flatMap(one -> one.deliveries().stream()).toList();
    String group = some.getFirst().group();
    return ack(over, what.partition(), what.name(), group, "acknowledged", all)
        .map(
            flags -> {
              var each = new ArrayList<List<Boolean>>(some.size());
              int from = 0;
              for (Acks one : some) {
                each.add(flags.subList(from, from += one.deliveries().size()));
              }
              return each;
            });
  }

  /**
   * Acknowledges deliveries of one existence of a group.
   *
   * @param count what they are counted as: a field of the group's hash
   * @return for each whether it stood
   */
  Future<List<Boolean>> ack(
      Partition partition, GroupName name, String group, String count, List<String> deliveries) {
    return ack(links.here(), partition, name, group, count, deliveries);
  }

  private Future<List<Boolean>> ack(
      RedisLink over,
      Partition partition,
      GroupName name,
      String group,
      String count,
      List<String> deliveries) {
    Request call =
        ACK.call(ofDeliveries(log.keys(partition), name)).arg(name.value()).arg(group).arg(count);
    deliveries.forEach(call::arg);
    return ACK.run(over, call).map(reply -> flags(reply, 0));
  }

  /**
   * How deliveries are taken back.
   *
   * @param delayMillis until the next delivery; -1 for the group's backoff
   * @param dropReason why they are set aside; empty if they are not
   * @param counted whether they count as deliveries
   */
  record Return(long delayMillis, String dropReason, boolean counted) {

    /** At once, as if they had not been delivered. */
    static final Return UNSEEN = new Return(0, "", false);

    static Return dropped(String reason) {
      return new Return(0, reason, true);
    }
  }

  /**
   * What became of deliveries that were taken back.
   *
   * @param setAside how many became dead letters
   * @param done for each whether it stood
   */
  record Returned(long setAside, List<Boolean> done) {}

  Future<Returned> nack(
      Partition partition, GroupName name, String group, Return how, List<String> deliveries) {
    Request call =
        NACK.call(ofDeliveries(log.keys(partition), name))
            .arg(name.value())
            .arg(group)
            .arg(how.delayMillis())
            .arg(how.dropReason())
            .arg(how.counted() ? 0 : 1);
    deliveries.forEach(call::arg);
    return run(NACK, call)
        .map(reply -> new Returned(RedisNumber.longOf(reply.get(0)), flags(reply, 1)));
  }

  /**
   * Lengthens leases.
   *
   * @param leaseMillis from now on; 0 for the group's own
   */
  Future<List<Boolean>> extend(
      Partition partition,
      GroupName name,
      String group,
      long leaseMillis,
      List<String> deliveries) {
    Keys.OfGroup keys = log.keys(partition).group(name.value());
    Request call = EXTEND.call(keys.state(), keys.leases()).arg(group).arg(leaseMillis);
    deliveries.forEach(call::arg);
    return run(EXTEND, call).map(reply -> flags(reply, 0));
  }

  private static List<Boolean> flags(Response reply, int from) {
    return reply.stream().skip(from).map(one -> RedisNumber.intOf(one) == 1).toList();
  }

  /** Delivers dead letters again; returns how many. */
  Future<Integer> replay(Partition partition, GroupName name, List<Position> letters) {
    Keys.OfPartition keys = log.keys(partition);
    Keys.OfGroup group = keys.group(name.value());
    Request call =
        REPLAY
            .call(
                group.state(),
                group.leases(),
                group.parked(),
                group.busy(),
                group.flight(),
                keys.dead())
            .arg(name.value());
    letters.forEach(letter -> call.arg(letter.toString()));
    return run(REPLAY, call).map(RedisNumber::intOf);
  }

  /**
   * A step of looking the pending list over.
   *
   * @param next where the next step goes on
   * @param mended entries that were put right
   */
  record Tidied(String next, long mended) {}

  Future<Tidied> tidy(Partition partition, GroupName name, String from) {
    Keys.OfPartition keys = log.keys(partition);
    Keys.OfGroup group = keys.group(name.value());
    return run(
            TIDY,
            TIDY.call(
                    keys.events(),
                    group.state(),
                    group.leases(),
                    group.parked(),
                    group.busy(),
                    group.flight(),
                    keys.dead())
                .arg(name.value())
                .arg(from)
                .arg(config.keepConsumers().toMillis()))
        .map(reply -> new Tidied(reply.get(0).toString(), RedisNumber.longOf(reply.get(1))));
  }
}
