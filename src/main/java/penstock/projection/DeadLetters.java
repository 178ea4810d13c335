package penstock.projection;

import io.quarkus.runtime.Startup;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import penstock.problem.Problem;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.redis.RedisNumber;
import penstock.redis.Script;
import penstock.stream.Partition;
import penstock.stream.Position;
import penstock.stream.Stream;
import penstock.view.Generation;
import penstock.view.Generations;
import penstock.view.ViewDefinition;
import penstock.view.ViewName;
import penstock.view.Views;

/**
 * Reads dead letters, and asks the holders of leases to replay or delete them: only a holder writes
 * a view. Its futures complete on the caller's context and fail with problems.
 */
@Startup
@ApplicationScoped
class DeadLetters {

  private static final Script ASK = Script.named("ask");

  /** Requests to one holder that may wait. */
  private static final int MOST_REQUESTS = 10_000;

  /** Reads for one page, most of which a filter may leave out. */
  private static final int MOST_READS = 10;

  private static final Duration SOON = Duration.ofSeconds(5);

  private final RedisLink link;
  private final Keys keys;
  private final Views views;
  private final Generations generations;
  private final Projection projection;

  @Inject
  DeadLetters(
      RedisLinks links, Keys keys, Views views, Generations generations, Projection projection) {
    this.link = links.open("dead-letters");
    this.keys = keys;
    this.views = views;
    this.generations = generations;
    this.projection = projection;
  }

  /** Letters after one of them, partition by partition. */
  Future<LetterPage> page(Stream stream, Optional<ViewName> view, LetterId after, int limit) {
    if (after.partition() >= stream.partitions().size()) {
      return Future.failedFuture(
          ProblemException.ofParameter("after", "names a partition that the stream does not have"));
    }
    return read(stream, view, after, limit, new ArrayList<>(), MOST_READS);
  }

  private Future<LetterPage> read(
      Stream stream,
      Optional<ViewName> view,
      LetterId after,
      int limit,
      List<LetterPage.Found> found,
      int reads) {
    if (reads == 0) {
      return Future.succeededFuture(new LetterPage(found, after, false));
    }
    Keys.OfPartition names = names(stream, after.partition());
    return link.send(Command.XRANGE, names.dead(), "(" + after.place(), "+", "COUNT", limit)
        .map(entries -> entries.stream().map(Letter::of).toList())
        .compose(
            letters ->
                failures(names, letters)
                    .compose(
                        failures -> {
                          LetterId last = after;
                          for (int i = 0; i < letters.size(); i++) {
                            Letter letter = letters.get(i);
                            last = new LetterId(after.partition(), letter.id());
                            if (view.isEmpty() || view.get().value().equals(letter.view())) {
                              found.add(new LetterPage.Found(last, letter, failures.get(i)));
                            }
                            if (found.size() == limit) {
                              return Future.succeededFuture(new LetterPage(found, last, false));
                            }
                          }
                          if (letters.size() == limit) {
                            return read(stream, view, last, limit, found, reads - 1);
                          }
                          int next = after.partition() + 1;
                          return next == stream.partitions().size()
                              ? Future.succeededFuture(new LetterPage(found, last, true))
                              : read(
                                  stream,
                                  view,
                                  new LetterId(next, Position.ZERO),
                                  limit,
                                  found,
                                  reads - 1);
                        }));
  }

  /** Why the last replay of each failed, or null. */
  private Future<List<@Nullable String>> failures(Keys.OfPartition names, List<Letter> letters) {
    if (letters.isEmpty()) {
      return Future.succeededFuture(List.of());
    }
    Request request = RedisLink.request(Command.HMGET, names.failedReplays());
    letters.forEach(letter -> request.arg(letter.id().toString()));
    return link.send(request)
        .map(
            replies -> {
              var failures = new ArrayList<@Nullable String>();
              replies.forEach(reply -> failures.add(reply == null ? null : reply.toString()));
              return failures;
            });
  }

  /** Asks for a replay. */
  Future<Void> replay(Stream stream, LetterId id) {
    return find(stream, id)
        .compose(
            letter ->
                workplace(stream, letter, id.partition())
                    .compose(
                        place ->
                            place.isEmpty()
                                ? Future.failedFuture(outdated(letter))
                                : ask(place.get(), new Wish.Replay(letter.id()))));
  }

  /**
   * Asks for the replay of all letters that there are of a view, and that its present generations
   * set aside.
   */
  Future<Void> replayAll(Stream stream, ViewName view) {
    ViewDefinition definition = views.find(view);
    return generations
        .registry()
        .compose(
            registry -> {
              var asked = new ArrayList<Future<Void>>();
              for (Generation generation : registry.wanted(definition)) {
                for (Partition partition : generation.partitions()) {
                  if (partition.stream().equals(stream.name())) {
                    asked.add(replayAll(view, generation, stream, partition.index()));
                  }
                }
              }
              return Future.all(asked).mapEmpty();
            });
  }

  private Future<Void> replayAll(
      ViewName view, Generation generation, Stream stream, int partition) {
    return link.send(Command.XREVRANGE, names(stream, partition).dead(), "+", "-", "COUNT", 1)
        .compose(
            last -> {
              if (last.size() == 0) {
                return Future.succeededFuture();
              }
              Position upto = Position.parse(last.get(0).get(0).toString());
              return ask(
                  generations.keys(view, generation, partition),
                  new Wish.ReplayAll(Position.ZERO, upto));
            });
  }

  /** Asks for a deletion; done at once if no instance works what the letter was set aside by. */
  Future<Void> delete(Stream stream, LetterId id) {
    return find(stream, id)
        .compose(
            letter ->
                workplace(stream, letter, id.partition())
                    .compose(
                        place ->
                            place.isPresent()
                                ? ask(place.get(), new Wish.Delete(letter.id()))
                                : drop(names(stream, id.partition()), letter)));
  }

  private Future<Void> drop(Keys.OfPartition names, Letter letter) {
    return link.send(Command.XDEL, names.dead(), letter.id())
        .compose(gone -> link.send(Command.HDEL, names.failedReplays(), letter.id()))
        .mapEmpty();
  }

  private Future<Letter> find(Stream stream, LetterId id) {
    if (id.partition() >= stream.partitions().size()) {
      return Future.failedFuture(unknown(id));
    }
    return link.send(Command.XRANGE, names(stream, id.partition()).dead(), id.place(), id.place())
        .compose(
            found ->
                found.size() == 0
                    ? Future.failedFuture(unknown(id))
                    : Future.succeededFuture(Letter.of(found.get(0))));
  }

  /** Where the holder is that can do it; empty if what set the letter aside is not worked. */
  private Future<Optional<Keys.OfView>> workplace(Stream stream, Letter letter, int partition) {
    return generations
        .registry()
        .map(
            registry ->
                views.all().stream()
                    .filter(view -> view.name().value().equals(letter.view()))
                    .filter(view -> view.stream().equals(stream.name()))
                    .flatMap(
                        view ->
                            registry.wanted(view).stream()
                                .filter(one -> one.id().equals(letter.generation()))
                                .map(one -> generations.keys(view.name(), one, partition)))
                    .findFirst());
  }

  private Future<Void> ask(Keys.OfView place, Wish wish) {
    return ASK.run(link, ASK.call(place.requests()).arg(wish.text()).arg(MOST_REQUESTS))
        .compose(
            taken ->
                RedisNumber.intOf(taken) == 1
                    ? projection.membership().tell(Notice.Kind.REQUESTED, place.state())
                    : Future.failedFuture(tooMany()));
  }

  private Keys.OfPartition names(Stream stream, int partition) {
    return keys.partition(stream.name().value(), partition);
  }

  private static ProblemException unknown(LetterId id) {
    return ProblemException.of(
        ProblemType.UNKNOWN_DEAD_LETTER,
        "There is no dead letter '" + id + "'. It may have been replayed or deleted.");
  }

  private static ProblemException outdated(Letter letter) {
    return ProblemException.of(
        ProblemType.DEAD_LETTER_OUTDATED,
        "The letter was set aside by generation '"
            + letter.generation()
            + "' of the view '"
            + letter.view()
            + "', which is not worked any more; a later one has met the event itself. It can only be deleted.");
  }

  private static ProblemException tooMany() {
    return Problem.passing(
            ProblemType.TOO_BUSY,
            "Too many requests wait for the view's worker already. Retry later.",
            SOON)
        .exception();
  }
}
