package penstock.sink.archive;

import java.util.ArrayList;
import java.util.List;
import penstock.json.JsonScanner;
import penstock.json.JsonSyntaxException;
import penstock.json.Utf8;
import penstock.sink.Outcome;

/**
 * Reads what a cluster says of each document of a bulk request: {@code {"errors": true, "items":
 * [{"create": {"status": 429, "error": {"type": "...", "reason": "..."}}}]}}.
 */
final class BulkAnswer {

  private static final int MOST_DIGITS = 9;

  private final JsonScanner json;
  private final byte[] text;
  private final List<Outcome> outcomes = new ArrayList<>();
  private int status;
  private String type = "";
  private String reason = "";

  private BulkAnswer(byte[] text) {
    this.text = text;
    this.json = new JsonScanner(text);
  }

  /**
   * An outcome for each document.
   *
   * @throws JsonSyntaxException if it is no such answer
   */
  static List<Outcome> outcomes(byte[] text) {
    int broken = Utf8.firstBroken(text);
    if (broken >= 0) {
      throw new JsonSyntaxException(broken, "not UTF-8");
    }
    var answer = new BulkAnswer(text);
    answer.whole();
    return answer.outcomes;
  }

  private void whole() {
    json.expect('{');
    if (!json.take('}')) {
      do {
        json.name();
        if (json.text().equals("items")) {
          items();
        } else {
          json.skipValue();
        }
      } while (json.more('}'));
    }
    json.expectEnd();
  }

  private void items() {
    json.expect('[');
    if (json.take(']')) {
      return;
    }
    do {
      json.expect('{');
      json.name();
      item();
      json.expect('}');
      outcomes.add(ItemStatus.outcome(status, type, reason));
    } while (json.more(']'));
  }

  private void item() {
    status = 0;
    type = "";
    reason = "";
    json.expect('{');
    if (json.take('}')) {
      return;
    }
    do {
      json.name();
      switch (json.text()) {
        case "status" -> status = number();
        case "error" -> error();
        default -> json.skipValue();
      }
    } while (json.more('}'));
  }

  private void error() {
    if (json.peek() != '{') {
      json.skipValue();
      return;
    }
    json.expect('{');
    if (json.take('}')) {
      return;
    }
    do {
      json.name();
      String name = json.text();
      if (json.peek() != '"') {
        json.skipValue();
      } else {
        json.string();
        switch (name) {
          case "type" -> type = json.text();
          case "reason" -> reason = json.text();
          default -> {}
        }
      }
    } while (json.more('}'));
  }

  private int number() {
    json.peek();
    int from = json.offset();
    json.skipValue();
    int number = 0;
    for (int at = from; at < json.offset(); at++) {
      if (text[at] < '0' || text[at] > '9' || at - from == MOST_DIGITS) {
        throw new JsonSyntaxException(from, "a status is no small number");
      }
      number = 10 * number + text[at] - '0';
    }
    return number;
  }
}
