package penstock.view;

import io.quarkus.runtime.Startup;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Response;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.stream.Partition;

/** Tells of a view: its definition, what is served, how far each partition is and who works it. */
@ApplicationScoped
@Startup
class ViewDescription {

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

  Future<JsonObject> of(ViewDefinition view) {
    Generation own = view.generation();
    return generations
        .served(view)
        .compose(
            served -> {
              JsonObject told = definition(view).put("generation", served.id());
              return partitions(view.name(), served)
                  .compose(
                      partitions -> {
                        told.put("partitions", partitions);
                        return served.equals(own)
                            ? Future.succeededFuture(told)
                            : partitions(view.name(), own)
                                .map(
                                    building ->
                                        told.put(
                                            "building",
                                            new JsonObject()
                                                .put("generation", own.id())
                                                .put("partitions", building)));
                      });
            });
  }

  private Future<JsonArray> partitions(ViewName view, Generation generation) {
    return Future.all(
            generation.partitions().stream()
                .map(partition -> partition(view, generation, partition))
                .toList())
        .map(all -> new JsonArray(all.<JsonObject>list()));
  }

  /** The count of what is applied is read first, so that the lag is never negative. */
  private Future<JsonObject> partition(ViewName view, Generation generation, Partition partition) {
    Keys.OfView names = generations.keys(view, generation, partition.index());
    String log = keys.partition(partition.stream().value(), partition.index()).log();
    Future<Response> state =
        link.send(
            Command.HMGET, names.state(), "applied", "count", "life", "skipped", "dead", "broken");
    Future<Response> entries = link.send(Command.ZCARD, names.index());
    Future<Response> holder = link.send(Command.GET, names.lease());
    Future<Response> appended = link.send(Command.HMGET, log, "appended", "life");
    return Future.all(List.of(state, entries, holder, appended))
        .map(
            all -> {
              Response of = state.result();
              Response end = appended.result();
              boolean sameLife =
                  of.get(2) != null
                      && end.get(1) != null
                      && of.get(2).toString().equals(end.get(1).toString());
              long applied = sameLife ? number(of.get(1)) : 0;
              JsonObject told =
                  new JsonObject()
                      .put("partition", partition.index())
                      .put("state", state(of.get(5), holder.result()))
                      .put("applied", of.get(0) == null ? "0-0" : of.get(0).toString())
                      .put("lag", Math.max(0, number(end.get(0)) - applied))
                      .put("entries", entries.result().toLong())
                      .put("skipped", number(of.get(3)))
                      .put("deadLetters", number(of.get(4)));
              if (of.get(5) != null) {
                told.put("reason", of.get(5).toString());
              }
              return told.put(
                  "holder", holder.result() == null ? null : holder.result().toString());
            });
  }

  private static String state(@Nullable Response broken, @Nullable Response holder) {
    if (broken != null) {
      return "halted";
    }
    return holder == null ? "vacant" : "working";
  }

  private static long number(@Nullable Response value) {
    return value == null ? 0 : value.toLong();
  }
}
