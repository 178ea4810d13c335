package penstock.projection.service;

import io.quarkus.runtime.Startup;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import penstock.consumer.membership.ControlMessage;
import penstock.consumer.membership.Membership;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.stream.Partition;
import penstock.stream.Position;
import penstock.stream.log.EventLog;
import penstock.view.Generation;
import penstock.view.GenerationRegistry;
import penstock.view.RegistrySnapshot;
import penstock.view.ViewDefinition;

/** Has a view built anew beside the generation that is served. */
@Startup
@ApplicationScoped
class Rebuild {

  private final GenerationRegistry generations;
  private final EventLog log;
  private final Membership membership;
  private final RedisLink link;

  @Inject
  Rebuild(GenerationRegistry generations, EventLog log, Membership membership, RedisLinks links) {
    this.generations = generations;
    this.log = log;
    this.membership = membership;
    this.link = links.commands();
  }

  /**
   * Makes a generation, which all instances begin to work at once. If one is being built already,
   * and is not halted, it is that one.
   *
   * @return the generation that is being built; a problem if it would lack what the stream does not
   *     keep any more
   */
  Future<Generation> begin(ViewDefinition view) {
    return log.observe(view.generation().partitions())
        .compose(
            logs -> {
              boolean trimmed =
                  logs.stream().anyMatch(state -> state.trimmed().isAfter(Position.ZERO));
              return trimmed && !view.acceptPartialHistory()
                  ? Future.failedFuture(partial(view))
                  : generations.registry();
            })
        .compose(registry -> next(view, registry))
        .compose(
            generation ->
                generations
                    .register(view.name(), generation)
                    .compose(
                        served -> membership.send(ControlMessage.Type.VIEWS, view.name().value()))
                    .map(generation));
  }

  private Future<Generation> next(ViewDefinition view, RegistrySnapshot registry) {
    Generation newest = registry.newest(view);
    boolean isServed = registry.served(view.name()).orElse("").equals(newest.id());
    if (isServed) {
      return Future.succeededFuture(newest.next());
    }
    return Future.all(
            newest.partitions().stream().map(part -> isHalted(view, newest, part)).toList())
        .map(halted -> halted.<Boolean>list().contains(true) ? newest.next() : newest);
  }

  private Future<Boolean> isHalted(
      ViewDefinition view, Generation generation, Partition partition) {
    String state = generations.keys(view.name(), generation, partition.index()).state();
    return link.send(Command.HMGET, state, "broken", "halted")
        .map(found -> found.get(0) != null || found.get(1) != null);
  }

  private static ProblemException partial(ViewDefinition view) {
    return ProblemException.of(
        ProblemType.PARTIAL_HISTORY,
        "The stream '%s' does not keep its beginning any more, so the view would lack it. Set penstock.views.%s.accept-partial-history=true to build it from what is left."
            .formatted(view.stream(), view.name()));
  }
}
