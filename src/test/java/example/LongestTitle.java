package example;

import io.vertx.core.buffer.Buffer;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Named;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import penstock.event.Event;
import penstock.event.EventData;
import penstock.json.JsonPointer;
import penstock.json.JsonValue;
import penstock.stream.Position;
import penstock.view.fold.Entry;
import penstock.view.fold.Fold;
import penstock.view.fold.FoldException;
import penstock.view.fold.SkippedEventException;

/** The longest title of a key: of equally long ones the first in the alphabet. */
@ApplicationScoped
@Named("longest-title")
public class LongestTitle implements Fold {

  private static final String FIELD = "title";
  private static final JsonPointer TITLE = JsonPointer.parse("/title");
  private static final Comparator<String> LONGEST_FIRST =
      Comparator.comparing(String::length).reversed().thenComparing(Comparator.naturalOrder());

  @Override
  public Entry apply(@Nullable Entry entry, Event event, Position position)
      throws FoldException, SkippedEventException {
    JsonValue title = event.data() instanceof EventData.Json data ? TITLE.find(data.json()) : null;
    if (title == null) {
      throw new SkippedEventException(); // skipped and counted
    }
    if (!title.isString()) {
      throw new FoldException("the title is no string"); // a dead letter
    }
    return entry == null ? of(title.toString()) : of(longer(title(entry), title.toString()));
  }

  @Override
  public boolean combines() {
    return true;
  }

  @Override
  public Entry combine(Entry one, Entry other) {
    return of(longer(title(one), title(other)));
  }

  @Override
  public void value(Entry entry, Buffer out) {
    out.appendString("{\"title\":").appendString(title(entry)).appendString("}");
  }

  private static String longer(String one, String other) {
    return Stream.of(one, other).min(LONGEST_FIRST).orElseThrow();
  }

  private static Entry of(String title) {
    return Entry.EMPTY.edit().set(FIELD, title.getBytes(StandardCharsets.UTF_8)).done();
  }

  private static String title(Entry entry) {
    return new String(entry.bytes(FIELD), StandardCharsets.UTF_8);
  }
}
