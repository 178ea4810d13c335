package penstock.view.http;

import io.quarkus.runtime.Startup;
import io.vertx.core.Future;
import io.vertx.redis.client.Response;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import org.jspecify.annotations.Nullable;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.redis.RedisNumber;
import penstock.redis.Script;
import penstock.stream.Partition;
import penstock.view.Generation;
import penstock.view.GenerationRegistry;
import penstock.view.RegistrySnapshot;
import penstock.view.ViewDefinition;
import penstock.view.ViewName;

/** Tells of a view: its definition, what is served, how far each partition is and who works it. */
@ApplicationScoped
@Startup
class ViewDescription {

  private static final Script DESCRIBE = Script.named("describe");
  private static final double MILLIS_PER_SECOND = 1000;

  private final GenerationRegistry generations;
  private final Keys keys;
  private final RedisLink link;

  @Inject
  ViewDescription(GenerationRegistry generations, Keys keys, RedisLinks links) {
    this.generations = generations;
    this.keys = keys;
    this.link = links.open("describe-views");
  }

  /** The view, what is served of it, and what is being built to take that one's place. */
  Future<ViewStatus> of(ViewDefinition view) {
    return generations
        .served(view)
        .compose(served -> generations.registry().compose(registry -> of(view, served, registry)));
  }

  private Future<ViewStatus> of(ViewDefinition view, Generation served, RegistrySnapshot registry) {
    Generation next = registry.newest(view);
    Future<List<ViewStatus.OfPartition>> now = partitions(view.name(), served);
    Future<ViewStatus.@Nullable Building> building =
        isBuilt(view.name(), registry, next, served)
            ? partitions(view.name(), next).map(all -> ViewStatus.Building.of(next, all))
            : Future.succeededFuture();
    return Future.all(now, building)
        .map(
            both ->
                new ViewStatus(ViewSummary.of(view), served.id(), now.result(), building.result()));
  }

  /** One that was made before the served one is only kept, for the case that it is needed again. */
  private static boolean isBuilt(
      ViewName view, RegistrySnapshot registry, Generation next, Generation served) {
    return !next.equals(served)
        && (!registry.known(view).contains(next) || registry.isLater(view, next, served.id()));
  }

  private Future<List<ViewStatus.OfPartition>> partitions(ViewName view, Generation generation) {
    return Future.all(
            generation.partitions().stream()
                .map(partition -> partition(view, generation, partition))
                .toList())
        .map(all -> all.list());
  }

  private Future<ViewStatus.OfPartition> partition(
      ViewName view, Generation generation, Partition partition) {
    Keys.OfView names = generations.keys(view, generation, partition.index());
    Keys.OfPartition log = keys.partition(partition.stream().value(), partition.index());
    return DESCRIBE
        .run(
            link,
            DESCRIBE
                .call(log.events(), log.log(), names.state(), names.lease(), names.index())
                .arg(generation.group(view)))
        .map(
            of ->
                new ViewStatus.OfPartition(
                    partition.index(),
                    state(of.get(9), of.get(0)),
                    of.get(0) == null ? null : of.get(0).toString(),
                    of.get(1) == null ? null : of.get(1).toLong(),
                    of.get(2).toString(),
                    RedisNumber.longOf(of.get(3)),
                    RedisNumber.longOf(of.get(4)) / MILLIS_PER_SECOND,
                    RedisNumber.longOf(of.get(5)),
                    RedisNumber.longOf(of.get(6)),
                    RedisNumber.longOf(of.get(7)),
                    RedisNumber.longOf(of.get(8)),
                    of.get(9) == null ? null : of.get(9).toString()));
  }

  private static String state(@Nullable Response halted, @Nullable Response holder) {
    if (halted != null) {
      return "halted";
    }
    return holder == null ? "vacant" : "working";
  }
}
