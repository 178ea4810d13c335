package penstock.sink.http;

import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import penstock.stream.StartPosition;

/** One end of a range that is delivered again. */
@Schema(
    type = SchemaType.STRING,
    description = "`earliest`, `latest`, a time as in RFC 3339 or the cursor of a page or a feed",
    examples = "2018-04-05T17:31:00Z")
record ReplayPoint(StartPosition position) {

  /** Only times have a colon. */
  static ReplayPoint parse(String text) {
    return new ReplayPoint(
        text.indexOf(':') < 0
            ? StartPosition.parse(text)
            : StartPosition.Since.parse(text.replace(' ', '+')));
  }
}
