package penstock.event;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import penstock.event.HeaderValue.Broken;

/**
 * Timestamps, media types, URIs and header values, against the grammars that their specifications
 * have, written as regular expressions.
 */
public final class SyntaxFuzz {

  /** RFC 3339, 5.6. */
  private static final Pattern TIMESTAMP =
      Pattern.compile(
          "(\\d{4})-(\\d{2})-(\\d{2})[Tt]([01]\\d|2[0-3]):([0-5]\\d):([0-5]\\d|60)(\\.\\d+)?([Zz]|[+-]([01]\\d|2[0-3]):[0-5]\\d)");

  private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]++";

  /** RFC 9110, 8.3.1 and 5.6.6, where a parameter may be missing between semicolons. */
  private static final Pattern MEDIA_TYPE =
      Pattern.compile(
          "(?s)"
              + TOKEN
              + "/"
              + TOKEN
              + "([ \\t]*+;([ \\t]*+"
              + TOKEN
              + "=("
              + TOKEN
              + "|\"([^\"\\\\]|\\\\.)*+\"))?)*+[ \\t]*+");

  private SyntaxFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) {
    String text = new String(input, StandardCharsets.ISO_8859_1);
    boolean timestamp = Timestamp.isValid(text);
    same("timestamp", timestamp, isTimestamp(text));
    if (timestamp) {
      long behind = Timestamp.millis(text) - 1_000 * Timestamp.seconds(text);
      same("within two seconds", behind >= 0 && behind <= 2_000, true);
    }
    MediaType mediaType = MediaType.parse(text);
    same("media type", mediaType != null, MEDIA_TYPE.matcher(text).matches());
    if (mediaType != null) {
      String type = mediaType.type() + "/" + mediaType.subtype();
      same("its name", text.toLowerCase(Locale.ROOT).startsWith(type), true);
    }
    if (UriSyntax.isAbsolute(text)) {
      same("a reference, too", UriSyntax.isReference(text), true);
    }
    decode(text);
  }

  private static boolean isTimestamp(String text) {
    Matcher matcher = TIMESTAMP.matcher(text);
    if (!matcher.matches() || matcher.group(6).equals("60") && !matcher.group(5).equals("59")) {
      return false;
    }
    try {
      LocalDate.of(
          Integer.parseInt(matcher.group(1)),
          Integer.parseInt(matcher.group(2)),
          Integer.parseInt(matcher.group(3)));
      return true;
    } catch (DateTimeException noDay) {
      return false;
    }
  }

  private static void decode(String header) {
    try {
      String value = HeaderValue.decode(header);
      same("no longer", value.length() <= header.length(), true);
    } catch (Broken refused) {
      same("a rule", refused.rule().isEmpty(), false);
    }
  }

  private static void same(String what, boolean here, boolean there) {
    if (here != there) {
      throw new AssertionError(what + ": " + here);
    }
  }
}
