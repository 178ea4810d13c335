package penstock.view.read;

import io.vertx.core.Future;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import penstock.redis.RedisLink;
import penstock.view.Generation;
import penstock.view.GenerationRegistry;
import penstock.view.ViewDefinition;
import penstock.view.ViewName;

/**
 * Reads from the generation of a view that is probably served, and then looks whether it was: one
 * round trip as a rule; a wrong guess costs a second read. May be used from any thread.
 */
final class OptimisticRead {

  private final GenerationRegistry generations;
  private final RedisLink link;

  /** What was served when it was last looked. */
  private final Map<ViewName, Generation> guesses = new ConcurrentHashMap<>();

  /**
   * @param link over which is read, too: which generation is served is asked behind the read
   */
  OptimisticRead(GenerationRegistry generations, RedisLink link) {
    this.generations = generations;
    this.link = link;
  }

  /**
   * The result of the reading from the served generation; fails with a problem if there is none.
   */
  <T> Future<T> of(ViewDefinition view, Function<Generation, Future<T>> reading) {
    Generation known = guesses.get(view.name());
    Generation guess = known == null ? view.generation() : known;
    Future<T> read = reading.apply(guess);
    return generations
        .served(view, link)
        .compose(
            served -> {
              // What was read of one that was not known to be served may be of before it was.
              if (served.equals(known)) {
                return read;
              }
              guesses.put(view.name(), served);
              generations.renew(view.name(), served, link);
              return reading.apply(served);
            });
  }
}
