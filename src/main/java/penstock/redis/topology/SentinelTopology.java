package penstock.redis.topology;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * A master that sentinels know. All that are configured are asked, and more than half of them must
 * answer: one alone may be cut off from the others together with an old master. Of what they say
 * the newest counts, since each takeover has a number (the configuration epoch), which is spread
 * from the sentinel that did it to the others within seconds. What is older than what was believed
 * before counts only if all of them say so, as when they were set up anew.
 */
public final class SentinelTopology implements Topology {

  private final List<ServerAddress> sentinels;
  private final String name;
  private final BiFunction<ServerAddress, Request, Future<Response>> ask;
  private long newestEpoch = -1;

  /**
   * @param name by which the sentinels know the master
   * @param ask one sentinel, for an answer within a time that all can wait
   */
  public SentinelTopology(
      List<ServerAddress> sentinels,
      String name,
      BiFunction<ServerAddress, Request, Future<Response>> ask) {
    this.sentinels = List.copyOf(sentinels);
    this.name = name;
    this.ask = ask;
  }

  /** What a sentinel takes for the master, since the takeover of that number. */
  record Belief(ServerAddress master, long epoch) {}

  private static Map<String, String> fields(Response reply) {
    Map<String, String> fields = new HashMap<>();
    for (int i = 0; i + 1 < reply.size(); i += 2) {
      fields.put(reply.get(i).toString(), reply.get(i + 1).toString());
    }
    return fields;
  }

  private static ServerAddress address(Map<String, String> fields) {
    return new ServerAddress(
        fields.getOrDefault("ip", ""), Integer.parseInt(fields.getOrDefault("port", "0")));
  }

  @Override
  public Future<ServerAddress> master() {
    return ServerAnswers.of(sentinels, this::belief).map(this::choose);
  }

  /**
   * While a takeover is under way a sentinel has the new number already, and still lists the former
   * master under the name; what it tells clients changes with the number. So the number is asked
   * for first: an old one with a new master can come of that, which the next look puts right, and
   * never a new one with an old master.
   */
  private Future<Belief> belief(ServerAddress sentinel) {
    Future<Response> known = ask.apply(sentinel, request("MASTER"));
    Future<Response> told = ask.apply(sentinel, request("GET-MASTER-ADDR-BY-NAME"));
    return known.compose(
        listed ->
            told.map(
                address ->
                    new Belief(
                        new ServerAddress(
                            address.get(0).toString(), Integer.parseInt(address.get(1).toString())),
                        Long.parseLong(fields(listed).getOrDefault("config-epoch", "0")))));
  }

  private Request request(String what) {
    return Request.cmd(Command.SENTINEL).arg(what).arg(name);
  }

  /** The master that is to be believed in. */
  synchronized ServerAddress choose(ServerAnswers<Belief> answers) {
    int answered = answers.said().size();
    if (2 * answered <= sentinels.size()) {
      throw new NoMasterException(
          "%d of %d sentinels tell of a master '%s', which is not more than half (%s)"
              .formatted(answered, sentinels.size(), name, answers.excuses()));
    }
    long epoch = -1;
    for (Belief one : answers.said().values()) {
      epoch = Math.max(epoch, one.epoch());
    }
    Set<ServerAddress> newest = new HashSet<>();
    for (Belief one : answers.said().values()) {
      if (one.epoch() == epoch) {
        newest.add(one.master());
      }
    }
    if (newest.size() > 1) {
      throw new NoMasterException("the sentinels do not agree on a master: " + newest);
    }
    if (epoch < newestEpoch
        && (answered < sentinels.size()
            || answers.said().values().stream().distinct().count() > 1)) {
      throw new NoMasterException(
          "the sentinels that answer have not heard of a takeover that others told of");
    }
    newestEpoch = epoch;
    return newest.iterator().next();
  }

  @Override
  public Future<List<ServerAddress>> replicas() {
    return ServerAnswers.of(
            sentinels,
            sentinel -> ask.apply(sentinel, request("REPLICAS")).map(SentinelTopology::addresses))
        .map(
            answers -> {
              Set<ServerAddress> all = new HashSet<>();
              answers.said().values().forEach(all::addAll);
              return all.stream().sorted().toList();
            });
  }

  private static List<ServerAddress> addresses(Response reply) {
    List<ServerAddress> found = new ArrayList<>();
    for (Response each : reply) {
      found.add(address(fields(each)));
    }
    return found;
  }
}
