package penstock.feed.view;

import io.vertx.core.buffer.Buffer;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import penstock.feed.frame.FrameBatch;
import penstock.stream.Cursor;

/**
 * Keys that changed, with what they are now, as readers get them. Only the last frame has the id:
 * who leaves before it gets all again.
 */
final class ChangeBatch {

  /** What a batch and each of its keys cost beside the frames. */
  private static final int OVERHEAD = 200;

  private final Cursor at;
  private final Map<String, Buffer> values;
  private final Buffer all;

  /**
   * @param at behind all of them
   * @param values by key, the JSON of a change
   */
  ChangeBatch(Cursor at, Map<String, Buffer> values) {
    this.at = at;
    this.values = values;
    this.all = join(values.values().toArray(Buffer[]::new));
  }

  private Buffer join(Buffer[] wanted) {
    Buffer frames = Buffer.buffer(wanted.length == 0 ? 0 : OVERHEAD);
    for (int i = 0; i < wanted.length; i++) {
      if (i == wanted.length - 1) {
        frames.appendString("id: ").appendString(at.encode()).appendString("\n");
      }
      frames.appendString("event: change\ndata: ").appendBuffer(wanted[i]).appendString("\n\n");
    }
    return frames;
  }

  Cursor at() {
    return at;
  }

  Set<String> keys() {
    return values.keySet();
  }

  int size() {
    return values.size();
  }

  int bytes() {
    return 2 * all.length() + OVERHEAD * (1 + values.size());
  }

  /**
   * The frames of the wanted keys; empty if there is none of them.
   *
   * @param wanted null for all
   * @param next the number of the batch behind it
   */
  FrameBatch frames(@Nullable Set<String> wanted, long next) {
    if (wanted == null) {
      return FrameBatch.of(all, values.size(), next, at);
    }
    Buffer[] found =
        wanted.stream().filter(values::containsKey).map(values::get).toArray(Buffer[]::new);
    return FrameBatch.of(join(found), found.length, next, at);
  }
}
