package penstock.stream.filter;

import io.cloudevents.sql.Expression;
import io.cloudevents.sql.ParseException;
import io.cloudevents.sql.Parser;
import io.cloudevents.sql.Result;
import io.cloudevents.sql.generated.CESQLParserLexer;
import io.cloudevents.sql.impl.parser.CaseChangingCharStream;
import java.util.List;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.Token;
import penstock.event.Event;

/**
 * An expression in the CloudEvents SQL Expression Language. It is met where it evaluates to true;
 * an error while it is evaluated, such as a missing attribute, means that it is not, as the
 * Subscriptions API has it.
 *
 * <p>Who asks for a feed may write what it likes, and it is evaluated on an event loop. So what an
 * evaluation can cost is bounded before the expression is parsed: its tokens bound the depth of the
 * recursion, and LIKE is let through only where the library's translation to a regular expression
 * takes time linear in the text.
 *
 * @see <a href="https://github.com/cloudevents/spec/blob/main/cesql/spec.md">CESQL 1.0</a>
 */
final class CesqlCondition implements Condition {

  private static final int MAX_LENGTH = 1_000;
  private static final int MAX_TOKENS = 200;

  private final String text;
  private final Expression expression;

  private CesqlCondition(String text, Expression expression) {
    this.text = text;
    this.expression = expression;
  }

  /**
   * Reads an expression.
   *
   * @throws IllegalArgumentException it is none, or could cost too much; the message completes "The
   *     expression ..."
   */
  static CesqlCondition parse(String text) {
    if (text.length() > MAX_LENGTH) {
      throw new IllegalArgumentException("must have at most " + MAX_LENGTH + " characters");
    }
    refuseCostly(text);
    try {
      return new CesqlCondition(text, Parser.parseDefault(text));
    } catch (ParseException broken) {
      throw new IllegalArgumentException("is not valid CESQL: " + broken.getMessage(), broken);
    } catch (NullPointerException broken) {
      // ANTLR has no exception for a word too many or too few, and the library asks for it.
      throw new IllegalArgumentException("is not valid CESQL", broken);
    }
  }

  private static void refuseCostly(String text) {
    var lexer =
        new CESQLParserLexer(new CaseChangingCharStream(CharStreams.fromString(text), true));
    lexer.removeErrorListeners();
    List<? extends Token> tokens = lexer.getAllTokens();
    if (tokens.size() > MAX_TOKENS) {
      throw new IllegalArgumentException("must have at most " + MAX_TOKENS + " words and signs");
    }
    boolean like = false;
    for (Token token : tokens) {
      if (like) {
        refuseCostlyPattern(
            text.codePoints()
                .skip(token.getStartIndex())
                .limit(token.getStopIndex() + 1L - token.getStartIndex())
                .toArray());
      }
      like = token.getType() == CESQLParserLexer.LIKE;
    }
  }

  /**
   * Each wildcard before another that is not the last tries all places of it anew. And a backslash
   * that escapes no wildcard would be one of the regular expression.
   *
   * @param literal with its quotes
   */
  private static void refuseCostlyPattern(int[] literal) {
    int wildcards = 0;
    for (int i = 1; i < literal.length - 1; i++) {
      if (literal[i] == '\\') {
        i++;
        if (literal[i] != '%' && literal[i] != '_') {
          throw new IllegalArgumentException("must escape nothing but % and _ in LIKE");
        }
      } else if (literal[i] == '%' && i < literal.length - 2 && ++wildcards > 1) {
        throw new IllegalArgumentException(
            "must have at most one % in LIKE, besides one at its end");
      }
    }
  }

  @Override
  public boolean test(Event event) {
    Result result = expression.evaluate(new ContextAttributes(event));
    return !result.isFailed() && Boolean.TRUE.equals(result.value());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CesqlCondition that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }
}
