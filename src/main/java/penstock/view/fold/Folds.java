package penstock.view.fold;

import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.literal.NamedLiteral;
import jakarta.enterprise.inject.spi.CDI;
import java.time.Duration;

/** The folds by the names that the configuration uses. */
public final class Folds {

  /** Before the name of a bean that is a fold. */
  private static final String BEAN = "bean:";

  private static final String NAMES =
      "merge, count, sum, min, max, average, recent, rank, distinct, window or bean:<name>";

  private static final Duration LONGEST_BUCKET = Duration.ofDays(366);

  private Folds() {}

  /** Whether it is one of those that come with Penstock, by {@link FoldSpec#text}. */
  public static boolean isBuiltIn(String fold) {
    return !fold.startsWith(BEAN);
  }

  /** Whether one that comes with Penstock looks at where an event is in the log. */
  public static boolean isOfPosition(Fold fold) {
    return fold instanceof Window;
  }

  /**
   * The fold; what makes no sense is a {@link InvalidSettingException}.
   *
   * @param partitions of the stream
   */
  public static Fold of(FoldSpec spec, int partitions) {
    FoldSettings settings = new FoldSettings(spec);
    Fold fold =
        switch (spec.name()) {
          case "merge" -> new Merge();
          case "count" -> new Count();
          case "sum" -> new Sum(settings.number());
          case "min" -> new MinMax(MinMax.End.LEAST, settings.number());
          case "max" -> new MinMax(MinMax.End.GREATEST, settings.number());
          case "average" -> new Average(settings.number());
          case "recent" -> new Recent(settings.count("size", Recent.DEFAULT_SIZE, Recent.MAX_SIZE));
          case "rank" ->
              new Rank(
                  settings.keyExtractor("member"),
                  settings.number(),
                  settings.score(),
                  settings.count("size", Rank.DEFAULT_SIZE, Rank.MAX_SIZE),
                  partitions > 1);
          case "distinct" -> new Distinct(settings.keyExtractor("value"));
          case "window" ->
              new Window(
                  settings.optionalNumber(),
                  settings.seconds("bucket", Window.DEFAULT_BUCKET, LONGEST_BUCKET),
                  settings.count("buckets", Window.DEFAULT_BUCKETS, Window.MAX_BUCKETS));
          default -> bean(spec.name());
        };
    settings.done();
    return fold;
  }

  private static Fold bean(String name) {
    if (!name.startsWith(BEAN)) {
      throw new InvalidSettingException("fold", "must be " + NAMES);
    }
    Instance<Fold> found =
        CDI.current().select(Fold.class, NamedLiteral.of(name.substring(BEAN.length())));
    if (!found.isResolvable()) {
      throw new InvalidSettingException(
          "fold",
          "there is no bean named '"
              + name.substring(BEAN.length())
              + "' that implements "
              + Fold.class.getName());
    }
    return found.get();
  }
}
