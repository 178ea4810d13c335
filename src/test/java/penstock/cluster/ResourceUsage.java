package penstock.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import penstock.redis.RedisServer;

/**
 * What an instance and its Redis, or the nodes of it, take over a while: processor time of all, and
 * what is asked of Redis.
 */
final class ResourceUsage {

  private static final Pattern CALLS = Pattern.compile("cmdstat_([^:]+):calls=(\\d+)");

  /** Fields of /proc/PID/stat behind the name of the command. */
  private static final int USER_TIME = 11;

  private static final int SYSTEM_TIME = 12;
  private static final double TICKS_PER_SECOND = 100;
  private static final double WORTH_TELLING = 0.05;

  private final List<RedisServer> servers;
  private final ServiceProcess service;
  private final List<Map<String, Long>> callsBefore = new ArrayList<>();
  private final double serviceBefore;
  private final List<Double> serversBefore = new ArrayList<>();
  private final long start = System.nanoTime();

  /** Begins to count. */
  ResourceUsage(RedisServer redis, ServiceProcess service) throws IOException {
    this(List.of(redis), service);
  }

  /** Begins to count. */
  ResourceUsage(List<RedisServer> servers, ServiceProcess service) throws IOException {
    this.servers = List.copyOf(servers);
    this.service = service;
    for (RedisServer server : servers) {
      callsBefore.add(calls(server));
      serversBefore.add(processor(server.pid()));
    }
    this.serviceBefore = processor(service.pid());
  }

  /**
   * What was used between two moments.
   *
   * @param seconds between them
   * @param service seconds of processor time of the instance
   * @param servers the same of each server
   * @param calls of each server, by command; those within scripts too
   */
  record Used(double seconds, double service, List<Double> servers, List<Map<String, Long>> calls) {

    double allServers() {
      return servers.stream().mapToDouble(Double::doubleValue).sum();
    }

    /** Of one server. */
    long allCalls(int server) {
      return calls.get(server).values().stream().mapToLong(Long::longValue).sum();
    }
  }

  /** What was used since it began. */
  Used used() throws IOException {
    double seconds = (System.nanoTime() - start) / 1e9;
    double used = processor(service.pid()) - serviceBefore;
    List<Double> each = new ArrayList<>();
    List<Map<String, Long>> calls = new ArrayList<>();
    for (int i = 0; i < servers.size(); i++) {
      each.add(processor(servers.get(i).pid()) - serversBefore.get(i));
      Map<String, Long> before = callsBefore.get(i);
      Map<String, Long> now = calls(servers.get(i));
      now.replaceAll((name, count) -> count - before.getOrDefault(name, 0L));
      calls.add(now);
    }
    return new Used(seconds, used, each, calls);
  }

  /** Prints what was used since it began. */
  void print() throws IOException {
    Used used = used();
    System.out.printf(
        Locale.ROOT,
        "an instance: %.2f %% of a core; Redis: %.2f %%%n",
        100 * used.service() / used.seconds(),
        100 * used.allServers() / used.seconds());
    for (Map<String, Long> calls : used.calls()) {
      calls.entrySet().stream()
          .map(entry -> Map.entry(entry.getKey(), entry.getValue() / used.seconds()))
          .filter(entry -> entry.getValue() > WORTH_TELLING)
          .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
          .forEach(
              entry ->
                  System.out.printf(Locale.ROOT, "%8.1f/s %s%n", entry.getValue(), entry.getKey()));
    }
  }

  /** Commands that Redis did, those within scripts too. */
  private static Map<String, Long> calls(RedisServer server) {
    Map<String, Long> calls = new HashMap<>();
    Matcher found = CALLS.matcher(String.valueOf(server.ask("INFO", "commandstats")));
    while (found.find()) {
      calls.put(found.group(1), Long.parseLong(found.group(2)));
    }
    return calls;
  }

  /** Seconds of processor time that a process has used. */
  static double processor(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[SYSTEM_TIME]))
        / TICKS_PER_SECOND;
  }
}
