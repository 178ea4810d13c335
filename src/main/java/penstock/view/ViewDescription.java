package penstock.view;

import io.quarkus.runtime.Startup;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Response;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.redis.RedisNumber;
import penstock.redis.Script;
import penstock.stream.Partition;

/** Tells of a view: its definition, what is served, how far each partition is and who works it. */
@ApplicationScoped
@Startup
class ViewDescription {

  private static final Script DESCRIBE = Script.named("describe");
  private static final double MILLIS_PER_SECOND = 1000;

  private final Generations generations;
  private final Keys keys;
  private final RedisLink link;

  @Inject
  ViewDescription(Generations generations, Keys keys, RedisLinks links) {
    this.generations = generations;
    this.keys = keys;
    this.link = links.open("describe-views");
  }

  static JsonObject definition(ViewDefinition view) {
    FoldSpec spec = FoldSpec.parse(view.foldName());
    JsonObject told =
        new JsonObject()
            .put("name", view.name().value())
            .put("stream", view.stream().value())
            .put("fold", spec.name());
    spec.settings().forEach(told::put);
    if (!view.key().isEmpty()) {
      told.put("key", view.key());
    }
    list(told, "types", view.types());
    list(told, "subjects", view.subjects());
    list(told, "deletes", view.deletes());
    return told;
  }

  private static void list(JsonObject told, String name, java.util.Collection<String> values) {
    if (!values.isEmpty()) {
      told.put(name, new JsonArray(new ArrayList<>(values)));
    }
  }

  /** The view, what is served of it, and what is being built to take that one's place. */
  Future<JsonObject> of(ViewDefinition view) {
    return generations
        .served(view)
        .compose(
            served ->
                generations
                    .registry()
                    .compose(
                        registry -> {
                          JsonObject told = definition(view).put("generation", served.id());
                          Generation next = registry.newest(view);
                          Future<JsonArray> now = partitions(view.name(), served);
                          Future<JsonArray> building =
                              isBuilt(view.name(), registry, next, served)
                                  ? partitions(view.name(), next)
                                  : Future.succeededFuture();
                          return Future.all(now, building)
                              .map(
                                  both -> {
                                    told.put("partitions", now.result());
                                    if (building.result() != null) {
                                      told.put("building", building(next, building.result()));
                                    }
                                    return told;
                                  });
                        }));
  }

  /** One that was made before the served one is only kept, for the case that it is needed again. */
  private static boolean isBuilt(
      ViewName view, Registry registry, Generation next, Generation served) {
    return !next.equals(served)
        && (!registry.known(view).contains(next) || registry.isLater(view, next, served.id()));
  }

  private static JsonObject building(Generation generation, JsonArray partitions) {
    long lag =
        partitions.stream().mapToLong(partition -> ((JsonObject) partition).getLong("lag")).sum();
    return new JsonObject()
        .put("generation", generation.id())
        .put("lag", lag)
        .put("partitions", partitions);
  }

  private Future<JsonArray> partitions(ViewName view, Generation generation) {
    return Future.all(
            generation.partitions().stream()
                .map(partition -> partition(view, generation, partition))
                .toList())
        .map(all -> new JsonArray(all.<JsonObject>list()));
  }

  private Future<JsonObject> partition(ViewName view, Generation generation, Partition partition) {
    Keys.OfView names = generations.keys(view, generation, partition.index());
    Keys.OfPartition log = keys.partition(partition.stream().value(), partition.index());
    return DESCRIBE
        .run(
            link,
            DESCRIBE
                .call(log.events(), log.log(), names.state(), names.lease(), names.index())
                .arg(generation.group(view)))
        .map(
            of -> {
              JsonObject told =
                  new JsonObject()
                      .put("partition", partition.index())
                      .put("state", state(of.get(9), of.get(0)))
                      .put("holder", of.get(0) == null ? null : of.get(0).toString())
                      .put("fence", of.get(1) == null ? null : of.get(1).toLong())
                      .put("applied", of.get(2).toString())
                      .put("lag", of.get(3).toLong())
                      .put("lagSeconds", RedisNumber.longOf(of.get(4)) / MILLIS_PER_SECOND)
                      .put("pending", of.get(5).toLong())
                      .put("entries", of.get(6).toLong())
                      .put("skipped", of.get(7).toLong())
                      .put("deadLetters", of.get(8).toLong());
              if (of.get(9) != null) {
                told.put("reason", of.get(9).toString());
              }
              return told;
            });
  }

  private static String state(@Nullable Response halted, @Nullable Response holder) {
    if (halted != null) {
      return "halted";
    }
    return holder == null ? "vacant" : "working";
  }
}
