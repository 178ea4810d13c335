package penstock.view;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import penstock.event.Event;
import penstock.stream.StreamName;
import penstock.view.fold.Fold;
import penstock.view.fold.FoldException;
import penstock.view.fold.FoldSpec;
import penstock.view.fold.Folds;
import penstock.view.fold.InvalidSettingException;
import penstock.view.fold.KeyExtractor;

/**
 * What a view is.
 *
 * @param foldName the fold with its settings, as {@link FoldSpec#text} has it
 * @param types only events of these; all if empty
 * @param subjects only events of these; all if empty
 * @param deletes events of these types delete the entry
 * @param acceptPartialHistory whether it may be built from a log whose beginning is gone
 * @param haltsOnError whether it halts at an event that cannot be folded, instead of setting it
 *     aside
 */
public record ViewDefinition(
    ViewName name,
    StreamName stream,
    int partitions,
    String foldName,
    Fold fold,
    String key,
    KeyExtractor keyExtractor,
    SortedSet<String> types,
    SortedSet<String> subjects,
    SortedSet<String> deletes,
    boolean acceptPartialHistory,
    boolean haltsOnError) {

  static ViewDefinition of(
      ViewName name, StreamName stream, int partitions, ViewsConfig.OfView settings) {
    FoldSpec spec = foldSpec(settings);
    Fold fold = Folds.of(spec, partitions);
    KeyExtractor key;
    try {
      key = settings.key().map(KeyExtractor::parse).orElse(KeyExtractor.Attribute.KEY);
    } catch (IllegalArgumentException e) {
      throw new InvalidSettingException("key", e);
    }
    return new ViewDefinition(
        name,
        stream,
        partitions,
        spec.text(),
        fold,
        key.toString(),
        key,
        sorted(settings.types().orElse(Set.of())),
        sorted(settings.subjects().orElse(Set.of())),
        sorted(settings.deletes().orElse(Set.of())),
        settings.acceptPartialHistory(),
        settings.onError() == ViewsConfig.OnError.HALT);
  }

  private static FoldSpec foldSpec(ViewsConfig.OfView view) {
    var settings = new TreeMap<String, String>();
    view.value().ifPresent(value -> settings.put("value", value));
    view.member().ifPresent(member -> settings.put("member", member));
    view.score().ifPresent(score -> settings.put("score", score));
    view.size().ifPresent(size -> settings.put("size", Integer.toString(size)));
    view.bucket().ifPresent(bucket -> settings.put("bucket", bucket.toString()));
    view.buckets().ifPresent(buckets -> settings.put("buckets", Integer.toString(buckets)));
    return new FoldSpec(view.fold(), settings);
  }

  private static SortedSet<String> sorted(Set<String> values) {
    return java.util.Collections.unmodifiableSortedSet(new TreeSet<>(values));
  }

  /** Whether the view takes notice of the event. */
  public boolean concerns(Event event) {
    return (types.isEmpty() || types.contains(event.type()) || deletes.contains(event.type()))
        && (subjects.isEmpty() || event.subject() != null && subjects.contains(event.subject()));
  }

  /**
   * Whether the fold comes with Penstock: then it takes no longer than what it is given is large.
   */
  public boolean isFoldBuiltIn() {
    return Folds.isBuiltIn(foldName);
  }

  /** Whether the fold may look at where an event is in the log. */
  public boolean isFoldOfPosition() {
    return !isFoldBuiltIn() || Folds.isOfPosition(fold);
  }

  /** The key of the entry that the event belongs to; null if it has none. */
  public @Nullable String keyOf(Event event) throws FoldException {
    String found = KeyExtractor.check(keyExtractor.of(event));
    if (found != null && partitions > 1 && needsEventKey() && !found.equals(event.key())) {
      throw new FoldException(
          "on a stream of several partitions this view's key must be the event's key");
    }
    return found;
  }

  /** What happens to a key must happen in one partition. */
  private boolean needsEventKey() {
    return !fold.combines() || !deletes.isEmpty();
  }

  public boolean isDeletedBy(Event event) {
    return !deletes.isEmpty() && deletes.contains(event.type());
  }

  /** The generation that this definition makes: equal definitions make equal ones. */
  public Generation generation() {
    String canonical =
        String.join(
            "\n",
            stream.value(),
            foldName,
            key,
            String.join("\t", types),
            String.join("\t", subjects),
            String.join("\t", deletes));
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(canonical.getBytes(StandardCharsets.UTF_8));
      String id = HexFormat.of().formatHex(digest, 0, 5) + "-0";
      return new Generation(id, stream, partitions, foldName);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
