package penstock.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import java.io.IOException;

/** Writes a whole name, or a text with one in it, as the caller of the request knows it. */
public final class NameWriter extends JsonSerializer<String> {

  @Override
  public void serialize(String whole, JsonGenerator json, SerializerProvider provider)
      throws IOException {
    json.writeString(Namespace.current().hide(whole));
  }
}
