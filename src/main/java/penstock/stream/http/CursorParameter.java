package penstock.stream.http;

import jakarta.ws.rs.ext.Provider;
import penstock.http.TypedParameter;
import penstock.stream.Cursor;

/** Any cursor; what is none is the problem {@code invalid-cursor}. */
@Provider
class CursorParameter extends TypedParameter<Cursor> {

  CursorParameter() {
    super(Cursor.class);
  }

  @Override
  protected Cursor read(String text) {
    return Cursor.parse(text);
  }
}
