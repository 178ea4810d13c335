package penstock.openapi;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The files under {@code openapi} on the class path. */
final class ExampleFiles {

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  private ExampleFiles() {}

  /** Null if there is no such file. */
  static @Nullable String text(String name) {
    try (InputStream file =
        Thread.currentThread().getContextClassLoader().getResourceAsStream("openapi/" + name)) {
      return file == null ? null : new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Maps, lists, texts and numbers; null if there is no such file. */
  static @Nullable Object json(String name) {
    String text = text(name);
    try {
      return text == null ? null : JSON.readValue(text, Object.class);
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }
}
