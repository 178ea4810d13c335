package penstock.redis.topology;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What servers answered that were asked the same at the same time.
 *
 * @param said by those that answered
 * @param silent why the others did not
 */
record ServerAnswers<T>(Map<ServerAddress, T> said, Map<ServerAddress, String> silent) {

  /**
   * Asks all of them; does not fail.
   *
   * @param ask one server, for an answer within a time that all can wait
   */
  static <T> Future<ServerAnswers<T>> of(
      Collection<ServerAddress> servers, Function<ServerAddress, Future<T>> ask) {
    var answers = new ServerAnswers<T>(new TreeMap<>(), new TreeMap<>());
    List<Future<T>> asked = new ArrayList<>();
    List<ServerAddress> order = List.copyOf(servers);
    for (ServerAddress server : order) {
      asked.add(ask.apply(server));
    }
    return Future.join(asked)
        .transform(
            done -> {
              for (int i = 0; i < asked.size(); i++) {
                Future<T> answer = asked.get(i);
                if (answer.succeeded()) {
                  answers.said.put(order.get(i), answer.result());
                } else {
                  answers.silent.put(order.get(i), reason(answer.cause()));
                }
              }
              return Future.succeededFuture(answers);
            });
  }

  private static String reason(Throwable failure) {
    return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
  }

  /** Why those are silent that are, for people. */
  String excuses() {
    return silent.entrySet().stream()
        .map(each -> each.getKey() + ": " + each.getValue())
        .collect(Collectors.joining("; "));
  }
}
