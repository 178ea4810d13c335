package penstock.view.fold;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A fold as the configuration asks for it. Its text is a part of the definition of a generation,
 * and lets readers go on with a fold that is not configured any more.
 *
 * @param settings by name, as in {@code penstock.views.<name>.<setting>}
 */
public record FoldSpec(String name, SortedMap<String, String> settings) {

  public FoldSpec {
    settings = Collections.unmodifiableSortedMap(new TreeMap<>(settings));
  }

  /** Such as {@code sum value=%2Ftotal}: the same for the same settings. */
  public String text() {
    return settings.entrySet().stream()
        .map(one -> " " + one.getKey() + "=" + encode(one.getValue()))
        .collect(Collectors.joining("", name, ""));
  }

  public static FoldSpec parse(String text) {
    String[] words = text.split(" ");
    Map<String, String> settings = new TreeMap<>();
    for (int i = 1; i < words.length; i++) {
      int equals = words[i].indexOf('=');
      settings.put(
          words[i].substring(0, equals),
          URLDecoder.decode(words[i].substring(equals + 1), StandardCharsets.UTF_8));
    }
    return new FoldSpec(words[0], new TreeMap<>(settings));
  }

  private static String encode(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }
}
