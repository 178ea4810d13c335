package penstock.projection.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;
import penstock.consumer.worker.ShardTask;
import penstock.projection.TestLog;
import penstock.redis.RedisResource;

/**
 * What KEDA's scaler for Redis Streams asks, asked of a Redis in a known state: with the names that
 * the manifests have, of the streams and views that they declare.
 */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(AutoscalingQueriesTest.Deployed.class)
class AutoscalingQueriesTest extends ShardScenario {

  private static final Path MANIFESTS = Path.of("k8s");

  /** The streams and views of the manifests. */
  public static final class Deployed implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      Map<String, String> config = new HashMap<>(new HandDriven.Profile().getConfigOverrides());
      flatten("", yaml("base/application.yaml"), config);
      return config;
    }

    private static void flatten(String name, Object value, Map<String, String> config) {
      if (value instanceof Map<?, ?> members) {
        members.forEach(
            (member, of) ->
                flatten(name.isEmpty() ? "" + member : name + "." + member, of, config));
      } else {
        config.put(name, value.toString());
      }
    }
  }

  private static Map<?, ?> yaml(String file) {
    try {
      return new Yaml().load(Files.readString(MANIFESTS.resolve(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The triggers of that type of a ScaledObject. */
  private static List<Map<?, ?>> triggers(String file) {
    List<Map<?, ?>> triggers = new ArrayList<>();
    for (Object trigger : (List<?>) ((Map<?, ?>) yaml(file).get("spec")).get("triggers")) {
      if (((Map<?, ?>) trigger).get("type").equals("redis-streams")) {
        triggers.add((Map<?, ?>) ((Map<?, ?>) trigger).get("metadata"));
      }
    }
    return triggers;
  }

  @BeforeEach
  void orders() {
    log.close();
    log = new TestLog(redis, "orders");
  }

  /** By XINFO GROUPS, as the scaler does with {@code lagCount}; null if Redis does not know it. */
  private Object lag(Map<?, ?> trigger) {
    for (Object group : (List<?>) log.ask("XINFO", "GROUPS", trigger.get("stream"))) {
      List<?> fields = (List<?>) group;
      if (fields.get(fields.indexOf("name") + 1).equals(trigger.get("consumerGroup"))) {
        return fields.get(fields.indexOf("lag") + 1);
      }
    }
    throw new IllegalStateException("no group " + trigger);
  }

  /** By XPENDING, as the scaler does with {@code pendingEntriesCount}. */
  private Object pending(Map<?, ?> trigger) {
    return ((List<?>) log.ask("XPENDING", trigger.get("stream"), trigger.get("consumerGroup")))
        .getFirst();
  }

  /** By XLEN, as the scaler does without a group. */
  private Object length(Map<?, ?> trigger) {
    return log.ask("XLEN", trigger.get("stream"));
  }

  @Test
  void tellWhatAViewHasNotBeenGiven() {
    Map<?, ?> trigger = triggers("components/keda/scaled-object.yaml").getFirst();
    ShardTask task = task("orders-by-type");
    assertThat(trigger.get("stream")).isEqualTo(log.names().events());
    assertThat(trigger.get("consumerGroup")).isEqualTo(view(task).group());

    append(10);
    runToEnd(task);
    assertThat(List.of(lag(trigger), pending(trigger), length(trigger)))
        .containsExactly(0L, 0L, 10L);
    append(7);
    assertThat(List.of(lag(trigger), pending(trigger), length(trigger)))
        .containsExactly(7L, 0L, 17L);

    // An instance that dies between reading and its commit.
    log.ask(
        "XREADGROUP",
        "GROUP",
        trigger.get("consumerGroup"),
        "dead",
        "COUNT",
        3,
        "STREAMS",
        trigger.get("stream"),
        ">");
    assertThat(List.of(lag(trigger), pending(trigger), length(trigger)))
        .containsExactly(4L, 3L, 17L);
    ShardTask next = task("orders-by-type");
    drain(task, next);
    assertThat(List.of(lag(trigger), pending(trigger), length(trigger)))
        .containsExactly(0L, 0L, 17L);

    // What retention removes was applied, and does not count.
    log.ask("XTRIM", trigger.get("stream"), "MAXLEN", 5);
    append(2);
    assertThat(List.of(lag(trigger), pending(trigger), length(trigger)))
        .containsExactly(2L, 0L, 7L);
  }

  @Test
  void tellWhatAPullGroupHasToDo() {
    List<Map<?, ?>> triggers = triggers("examples/pull-group/scaled-object.yaml");
    assertThat(triggers).hasSize(2);
    for (Map<?, ?> trigger : triggers) {
      assertThat(trigger.get("stream")).isEqualTo(log.names().events());
      assertThat(trigger.get("consumerGroup")).isEqualTo("group.billing");
    }
    Map<?, ?> waiting = triggers.getFirst();
    Map<?, ?> underWay = triggers.getLast();
    assertThat(waiting.containsKey("lagCount")).isTrue();
    assertThat(underWay.containsKey("pendingEntriesCount")).isTrue();

    append(9);
    log.ask("XGROUP", "CREATE", waiting.get("stream"), "group.billing", "0");
    assertThat(List.of(lag(waiting), pending(underWay))).containsExactly(9L, 0L);
    List<?> read =
        (List<?>)
            log.ask(
                "XREADGROUP",
                "GROUP",
                "group.billing",
                "c1",
                "COUNT",
                4,
                "STREAMS",
                waiting.get("stream"),
                ">");
    assertThat(List.of(lag(waiting), pending(underWay))).containsExactly(5L, 4L);
    List<?> first = (List<?>) ((List<?>) ((List<?>) read.getFirst()).get(1)).getFirst();
    log.ask("XACK", waiting.get("stream"), "group.billing", first.getFirst());
    assertThat(List.of(lag(waiting), pending(underWay))).containsExactly(5L, 3L);
  }
}
