package penstock.view.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import penstock.stream.Cursor;
import penstock.stream.CursorScope;
import penstock.view.fold.Entry;
import penstock.view.fold.Fold;
import penstock.view.fold.Merge;

class EntryJsonTest {

  private static final Fold MERGE = new Merge();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "order-1 | {\"key\":\"order-1\",\"value\":{\"a\":1.10}}",
        "ü/\"\\ | {\"key\":\"ü/\\\"\\\\\",\"value\":{\"a\":1.10}}",
      })
  void writesAnEntry(String key, String json) {
    assertThat(EntryJson.entry(key, entry("1.10"), MERGE)).hasToString(json);
    Buffer value = EntryJson.value(entry("1.10"), MERGE);
    assertThat(EntryJson.entry(key, value)).hasToString(json);
  }

  @Test
  void writesNullForOneThatDoesNotExist() {
    assertThat(EntryJson.entry("x\n", null, MERGE))
        .hasToString("{\"key\":\"x\\n\",\"value\":null}");
  }

  @Test
  void writesAPage() {
    var entries = new TreeMap<String, Entry>();
    entries.put("a", entry("1"));
    entries.put("b\"", Entry.EMPTY);
    EntryReader.EntryPage page = page(entries, false);

    assertThat(EntryJson.elements(page))
        .hasToString("{\"key\":\"a\",\"value\":{\"a\":1}},{\"key\":\"b\\\"\",\"value\":{}}");
    assertThat(EntryJson.page(page, "0"))
        .hasToString(
            "{\"entries\":[{\"key\":\"a\",\"value\":{\"a\":1}},{\"key\":\"b\\\"\",\"value\":{}}],"
                + "\"next\":\"b\\\"\",\"complete\":false}");
  }

  @Test
  void anEmptyPageGoesOnWhereItBegan() {
    EntryReader.EntryPage page = page(Collections.emptySortedMap(), true);
    assertThat(EntryJson.page(page, "k"))
        .hasToString("{\"entries\":[],\"next\":\"k\",\"complete\":true}");
    assertThat(EntryJson.page(page, ""))
        .hasToString("{\"entries\":[],\"next\":\"\",\"complete\":true}");
  }

  private static EntryReader.EntryPage page(SortedMap<String, Entry> entries, boolean complete) {
    return new EntryReader.EntryPage(
        MERGE, entries, complete, new Cursor(new CursorScope(1, 1), List.of()));
  }

  private static Entry entry(String number) {
    return Entry.EMPTY.edit().set("a", number.getBytes(StandardCharsets.UTF_8)).done();
  }
}
