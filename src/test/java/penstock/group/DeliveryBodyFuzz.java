package penstock.group;

import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.function.Consumer;
import penstock.problem.ProblemException;

/** Any body of a group's operations: taken, or refused with what is wrong in it. */
public final class DeliveryBodyFuzz {

  private static final List<Consumer<GroupMembers>> READERS =
      List.of(
          PullRequest::read,
          SeekRequest::read,
          SettleRequest::delay,
          SettleRequest::lease,
          body -> GroupRequest.start(body, "start"),
          DeliveryBodyFuzz::settings,
          body -> SettleRequest.ids(body).forEach(DeliveryBodyFuzz::check));

  private DeliveryBodyFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) {
    GroupMembers body;
    try {
      body = GroupMembers.read(Buffer.buffer(input));
    } catch (ProblemException refused) {
      return;
    }
    for (Consumer<GroupMembers> reader : READERS) {
      try {
        reader.accept(body);
      } catch (ProblemException refused) {
        // as it may be
      }
    }
  }

  /** What stands in Redis of a group's filter means what was asked for. */
  private static void settings(GroupMembers body) {
    GroupFilter filter = GroupSettings.read(body).filter();
    if (!GroupFilter.parse(filter.text()).events().equals(filter.events())) {
      throw new AssertionError("another filter in Redis: " + filter.text());
    }
  }

  private static void check(AckId id) {
    if (!AckId.parse(id.encode()).equals(id)) {
      throw new AssertionError(id + " became " + AckId.parse(id.encode()));
    }
  }
}
