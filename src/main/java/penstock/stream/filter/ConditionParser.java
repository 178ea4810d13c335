package penstock.stream.filter;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import penstock.problem.ProblemException;

/**
 * Reads the JSON form of a {@link Condition}: an object with one member, whose name is the dialect;
 * or an array of them, which must all be met.
 */
public final class ConditionParser {

  static final String PARAMETER = "filter";

  private static final int MAX_LENGTH = 8 * 1024;
  private static final int MAX_DEPTH = 16;

  /** More conditions would make a filter cost more than reading without it. */
  private static final int MAX_CONDITIONS = 100;

  private int conditions;

  private ConditionParser() {}

  /** Anything else is a problem. */
  public static Condition parse(String text) {
    if (text.length() > MAX_LENGTH) {
      throw wrong("must have at most " + MAX_LENGTH + " characters");
    }
    try {
      return new ConditionParser().read(Json.decodeValue(text), 0);
    } catch (DecodeException notJson) {
      throw wrong("must be JSON");
    }
  }

  private static RuntimeException wrong(String rule) {
    return ProblemException.ofParameter(PARAMETER, rule);
  }

  private Condition read(Object json, int depth) {
    if (depth > MAX_DEPTH) {
      throw wrong("must be nested at most " + MAX_DEPTH + " deep");
    }
    if (json instanceof JsonArray array) {
      return new Condition.All(list(array, depth));
    }
    if (!(json instanceof JsonObject object) || object.size() != 1) {
      throw wrong("must consist of objects with one member each, whose name is the dialect");
    }
    if (++conditions > MAX_CONDITIONS) {
      throw wrong("must have at most " + MAX_CONDITIONS + " conditions");
    }
    String dialect = object.fieldNames().iterator().next();
    Object value = object.getValue(dialect);
    return switch (dialect) {
      case "exact" -> new Condition.Exact(attributes(dialect, value));
      case "prefix" -> new Condition.Prefix(attributes(dialect, value));
      case "suffix" -> new Condition.Suffix(attributes(dialect, value));
      case "all" -> new Condition.All(list(dialect, value, depth));
      case "any" -> new Condition.Any(list(dialect, value, depth));
      case "not" -> new Condition.Not(read(value, depth + 1));
      case "sql" -> sql(value);
      default ->
          throw wrong(
              "has the dialect '"
                  + dialect
                  + "', which is none of exact, prefix, suffix, all, any, not, sql");
    };
  }

  private static Condition sql(Object value) {
    if (!(value instanceof String expression)) {
      throw wrong("must have a text for 'sql'");
    }
    try {
      return CesqlCondition.parse(expression);
    } catch (IllegalArgumentException refused) {
      throw wrong("has an expression for 'sql' that " + refused.getMessage());
    }
  }

  private List<Condition> list(String dialect, Object value, int depth) {
    if (!(value instanceof JsonArray array)) {
      throw wrong("must have an array of filters for '" + dialect + "'");
    }
    return list(array, depth);
  }

  private List<Condition> list(JsonArray array, int depth) {
    if (array.isEmpty()) {
      throw wrong("must have no empty array");
    }
    var list = new ArrayList<Condition>();
    for (int i = 0; i < array.size(); i++) {
      list.add(read(array.getValue(i), depth + 1));
    }
    return List.copyOf(list);
  }

  private static Map<String, String> attributes(String dialect, Object value) {
    if (!(value instanceof JsonObject object) || object.isEmpty()) {
      throw wrong("must have an object of attributes for '" + dialect + "'");
    }
    var wanted = new TreeMap<String, String>();
    for (Map.Entry<String, Object> one : object) {
      if (one.getKey().isEmpty() || !(one.getValue() instanceof String text) || text.isEmpty()) {
        throw wrong("must give each attribute of '" + dialect + "' a text that is not empty");
      }
      wanted.put(one.getKey(), text);
    }
    return Map.copyOf(wanted);
  }
}
