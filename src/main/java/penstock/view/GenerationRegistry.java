package penstock.view;

import io.quarkus.runtime.Startup;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Response;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import penstock.problem.Problem;
import penstock.problem.ProblemType;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.redis.Script;

/**
 * The registry of views in Redis: which generations there are, and which of them is served. Its
 * futures complete on the caller's context and fail as {@link RedisLink} says.
 */
@ApplicationScoped
@Startup
public class GenerationRegistry {

  private static final Script SERVE = Script.named("serve");
  private static final java.time.Duration SOON = java.time.Duration.ofSeconds(1);

  private final RedisLink link;
  private final Keys keys;

  @Inject
  public GenerationRegistry(RedisLinks links, Keys keys) {
    this.link = links.open("generations");
    this.keys = keys;
  }

  /** The keys of a generation on a partition. */
  public Keys.OfView keys(ViewName view, Generation generation, int partition) {
    return keys.partition(generation.stream().value(), partition)
        .view(view.value(), generation.id());
  }

  /**
   * What is read of a generation over a link from now on is at least what there was when it came to
   * be served, wherever that was found out.
   */
  public void renew(ViewName view, Generation generation, RedisLink over) {
    generation.partitions().forEach(one -> over.renew(keys(view, generation, one.index()).state()));
  }

  /** The generation that is served; a problem if none is yet. */
  public Future<Generation> served(ViewDefinition view) {
    return served(view, link);
  }

  /** The same over another link, where its order with other commands matters. */
  public Future<Generation> served(ViewDefinition view, RedisLink over) {
    Generation own = view.generation();
    return over.send(Command.HGET, keys.views(), view.name())
        .compose(
            id -> {
              if (id == null) {
                return Future.failedFuture(notReady(view.name()));
              }
              return id.toString().equals(own.id())
                  ? Future.succeededFuture(own)
                  : described(view.name(), id.toString(), over);
            });
  }

  private Future<Generation> described(ViewName view, String id, RedisLink over) {
    return over.send(Command.HGET, keys.views(), view + ":" + id)
        .map(
            description -> {
              if (description == null) {
                throw notReady(view);
              }
              return Generation.parse(id, description.toString());
            });
  }

  private static RuntimeException notReady(ViewName view) {
    return Problem.passing(
            ProblemType.VIEW_NOT_READY,
            "No worker has begun to build the view '" + view + "' yet. Retry later.",
            SOON)
        .exception();
  }

  /**
   * Notes a generation, and has it served if none is.
   *
   * @return the id of the one that is now served
   */
  public Future<String> register(ViewName view, Generation generation) {
    return serve(view, generation, "", false);
  }

  /**
   * Has a generation served in the place of another, if that is the one served, and was made before
   * it or is worked by nobody.
   *
   * @param abandoned whether nobody works the one that it replaces
   * @return the id of the one that is now served
   */
  public Future<String> replace(ViewName view, String replaced, Generation by, boolean abandoned) {
    return serve(view, by, replaced, abandoned);
  }

  private Future<String> serve(
      ViewName view, Generation generation, String replaced, boolean abandoned) {
    return SERVE
        .run(
            link,
            SERVE
                .call(keys.views())
                .arg(view.value())
                .arg(generation.id())
                .arg(generation.description())
                .arg(replaced)
                .arg(abandoned ? 1 : 0))
        .map(Response::toString);
  }

  /** All that is registered now. */
  public Future<RegistrySnapshot> registry() {
    return link.send(Command.HGETALL, keys.views()).map(RegistrySnapshot::of);
  }
}
