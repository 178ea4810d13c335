package penstock.sink.archive;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A query as the page has it, so that the one that people copy is the one that is tested. */
final class DocumentedQuery {

  private static final Path PAGE = Path.of("docs", "sinks.md");

  private DocumentedQuery() {}

  /**
   * @param name of the comment that stands before it
   */
  static String read(String name) {
    try {
      Matcher query =
          Pattern.compile("<!-- " + name + " -->\\s+```json\\n(.*?)```", Pattern.DOTALL)
              .matcher(Files.readString(PAGE));
      if (!query.find()) {
        throw new IllegalStateException(PAGE + " has no query " + name);
      }
      return query.group(1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
