package penstock.security.identity;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A name or a value as a right has it: text, claims as <code>${claim}</code>, and perhaps a star at
 * the end, which stands for whatever follows.
 *
 * <p>A claim's value is put in as it stands, a star in it included. Where it would end could not be
 * told if it had the character that follows it here: with <code>${sub}/*</code>, someone called
 * {@code ann/lee} would see what is {@code ann}'s to hand out. So such a value grants nothing, and
 * a star, or another claim, directly behind a claim is refused.
 */
final class Template {

  private static final int MAX_LENGTH = 256;
  private static final String OPEN = "${";
  private static final char CLOSE = '}';
  private static final char STAR = '*';

  /**
   * A piece of it.
   *
   * @param text of the piece, or the claim's name
   */
  private record Piece(String text, boolean claim) {}

  /**
   * What became of it.
   *
   * @param prefix it stands for all that begins so
   */
  record Value(String text, boolean prefix) {}

  private final List<Piece> pieces;
  private final boolean prefix;

  private Template(List<Piece> pieces, boolean prefix) {
    this.pieces = List.copyOf(pieces);
    this.prefix = prefix;
  }

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException it is none; the message completes "... "
   */
  static Template parse(String text) {
    if (text.isEmpty() || text.length() > MAX_LENGTH) {
      throw new IllegalArgumentException("must have 1 to " + MAX_LENGTH + " characters");
    }
    boolean prefix = text.charAt(text.length() - 1) == STAR;
    String rest = prefix ? text.substring(0, text.length() - 1) : text;
    if (rest.indexOf(STAR) >= 0) {
      throw new IllegalArgumentException("must have a star at its end only");
    }
    var pieces = new ArrayList<Piece>();
    int at = 0;
    while (at < rest.length()) {
      int claim = rest.indexOf(OPEN, at);
      if (claim < 0) {
        pieces.add(new Piece(rest.substring(at), false));
        break;
      }
      if (claim > at) {
        pieces.add(new Piece(rest.substring(at, claim), false));
      }
      int end = rest.indexOf(CLOSE, claim);
      if (end <= claim + OPEN.length()) {
        throw new IllegalArgumentException("must name a claim between ${ and }");
      }
      if (!pieces.isEmpty() && pieces.getLast().claim()) {
        throw new IllegalArgumentException("must have something between two claims");
      }
      pieces.add(new Piece(rest.substring(claim + OPEN.length(), end), true));
      at = end + 1;
    }
    if (prefix && !pieces.isEmpty() && pieces.getLast().claim()) {
      throw new IllegalArgumentException("must have something between a claim and the star");
    }
    return new Template(pieces, prefix);
  }

  /**
   * With the claims put in; null if one of them is missing or ambiguous, so that it means nothing.
   */
  @Nullable Value resolve(Claims claims) {
    var text = new StringBuilder();
    for (int i = 0; i < pieces.size(); i++) {
      Piece piece = pieces.get(i);
      if (!piece.claim()) {
        text.append(piece.text());
        continue;
      }
      String value = claims.text(piece.text());
      if (value == null || value.isEmpty() || value.length() > MAX_LENGTH) {
        return null;
      }
      if (i + 1 < pieces.size() && value.indexOf(pieces.get(i + 1).text().charAt(0)) >= 0) {
        return null;
      }
      text.append(value);
    }
    return new Value(text.toString(), prefix);
  }
}
