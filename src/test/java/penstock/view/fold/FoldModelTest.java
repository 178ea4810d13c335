package penstock.view.fold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vertx.core.buffer.Buffer;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import penstock.event.Event;
import penstock.event.EventData;
import penstock.stream.Position;

/**
 * Each fold against a model of it that is as plain as can be, over random events of one and of
 * several partitions. Set {@code fold.seeds} for more of them.
 */
class FoldModelTest {

  private static final ObjectMapper AS_SENT = new ObjectMapper();
  private static final ObjectMapper EXACT =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  private static final int EVENTS = 400;
  private static final long NOW = Instant.parse("2026-03-01T12:00:00Z").toEpochMilli();
  private static final String[] NUMBERS = {
    "0",
    "-0",
    "1",
    "1.0",
    "1.10",
    "-2.5",
    "0.1",
    "0.2",
    "1e3",
    "1.5E-7",
    "12345678901234567890",
    "99999999999999999999999.00001",
    "1e399",
    "-1e399",
    "1e-400",
    "5e0"
  };
  private static final String[] WRONG = {
    "\"12\"",
    "null",
    "true",
    "{}",
    "[]",
    "1e400",
    "1e999999999",
    "-1e99999999999999",
    "1e-401",
    "0e-999999999"
  };

  static LongStream seeds() {
    return new Random().longs(Long.getLong("fold.seeds", 25));
  }

  /**
   * @param number as the data has it; null if it has none
   */
  private record Sent(
      String key, @Nullable String number, String member, Event event, Position position) {

    /** What the number is worth; null if it cannot be taken. */
    @Nullable BigDecimal value() {
      return number == null || List.of(WRONG).contains(number) ? null : new BigDecimal(number);
    }

    Instant time() {
      return event.time() == null
          ? Instant.ofEpochMilli(position.millis())
          : OffsetDateTime.parse(event.time()).toInstant();
    }
  }

  private static List<Sent> events(Random random) {
    var events = new ArrayList<Sent>();
    for (int i = 0; i < EVENTS; i++) {
      String key = "k" + random.nextInt(3);
      String number =
          switch (random.nextInt(8)) {
            case 0 -> null;
            case 1 -> WRONG[random.nextInt(WRONG.length)];
            case 2 -> Integer.toString(random.nextInt(2_000) - 1_000);
            case 3 ->
                new BigDecimal(random.nextLong()).movePointLeft(random.nextInt(30)).toString();
            default -> NUMBERS[random.nextInt(NUMBERS.length)];
          };
      String member = "m\"ü" + random.nextInt(12);
      String data =
          (number == null ? "{" : "{\"n\":" + number + ",")
              + "\"m\":\""
              + member.replace("\"", "\\\"")
              + "\"}";
      Position position = new Position(NOW + i * 700L, random.nextInt(2));
      String time =
          random.nextInt(5) == 0
              ? null
              : Instant.ofEpochMilli(position.millis())
                  .minusSeconds(random.nextInt(random.nextInt(6) == 0 ? 2_000 : 200))
                  .atOffset(ZoneOffset.ofHoursMinutes(random.nextInt(12), 30))
                  .format(DateTimeFormatter.ISO_OFFSET_DATE_TIME);
      Event event =
          new Event(
              Integer.toString(i),
              "/s",
              "t",
              member,
              time,
              null,
              null,
              new TreeMap<>(),
              new EventData.Json(data.getBytes(StandardCharsets.UTF_8)));
      events.add(new Sent(key, number, member, event, position));
    }
    return events;
  }

  /** What became of the events, read back after each step as Redis would give it. */
  private static final class Made {
    private final Fold fold;
    private final List<Map<String, Entry>> partitions = new ArrayList<>();
    private final Set<Sent> failed = new HashSet<>();
    private final Set<Sent> skipped = new HashSet<>();

    Made(String spec, int partitions) {
      this.fold = Folds.of(FoldSpec.parse(spec), partitions);
      for (int i = 0; i < partitions; i++) {
        this.partitions.add(new HashMap<>());
      }
    }

    void apply(Sent sent, int partition) {
      Map<String, Entry> entries = partitions.get(partition);
      try {
        Entry before = entries.get(sent.key);
        Map<String, String> fields = before == null ? Map.of() : texts(before);
        Entry after = fold.apply(before, sent.event, sent.position);
        if (before != null) {
          assertThat(texts(before)).as("the entry before").isEqualTo(fields);
        }
        Entry kept = Entry.of(copy(after));
        assertThat(kept.bytes()).isEqualTo(after.bytes());
        entries.put(sent.key, kept);
      } catch (FoldException failure) {
        failed.add(sent);
      } catch (SkippedEventException nothing) {
        skipped.add(sent);
      }
    }

    private static Map<String, String> texts(Entry entry) {
      return entry.names().stream()
          .collect(
              Collectors.toMap(
                  n -> n, n -> new String(entry.bytes(n), StandardCharsets.ISO_8859_1)));
    }

    private static Map<String, byte[]> copy(Entry entry) {
      return entry.names().stream().collect(Collectors.toMap(n -> n, n -> entry.bytes(n).clone()));
    }

    /** By key, as readers get it. */
    Map<String, JsonNode> values() throws Exception {
      var combined = new TreeMap<String, Entry>();
      partitions.forEach(
          part -> part.forEach((key, entry) -> combined.merge(key, entry, fold::combine)));
      var values = new TreeMap<String, JsonNode>();
      for (Map.Entry<String, Entry> entry : combined.entrySet()) {
        Buffer out = Buffer.buffer();
        fold.value(entry.getValue(), out);
        ObjectMapper reader = fold instanceof Recent ? AS_SENT : EXACT;
        values.put(entry.getKey(), reader.readTree(out.getBytes()));
      }
      return values;
    }
  }

  /** Checks a fold over one partition after each event, and over three at the end. */
  private static void check(
      long seed,
      String spec,
      Function<Sent, Object> partitionBy,
      BiConsumer<Made, List<Sent>> expected) {
    System.out.println("fold=" + spec + " seed=" + seed);
    Random random = new Random(seed);
    List<Sent> events = events(random);
    Made one = new Made(spec, 1);
    Made three = new Made(spec, 3);
    for (int i = 0; i < events.size(); i++) {
      Sent sent = events.get(i);
      one.apply(sent, 0);
      three.apply(sent, Math.floorMod(Objects.hashCode(partitionBy.apply(sent)), 3));
      if (i % 50 == 0) {
        expected.accept(one, events.subList(0, i + 1));
        expected.accept(three, events.subList(0, i + 1));
      }
    }
    expected.accept(one, events);
    expected.accept(three, events);
  }

  private static Map<String, JsonNode> values(Made made) {
    try {
      return made.values();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static Map<String, List<Sent>> numbered(Made made, List<Sent> events) {
    for (Sent sent : events) {
      assertThat(made.failed.contains(sent))
          .as("%s is refused", sent.number)
          .isEqualTo(sent.number != null && sent.value() == null);
      assertThat(made.skipped.contains(sent)).isEqualTo(sent.number == null);
    }
    return events.stream()
        .filter(sent -> sent.value() != null)
        .collect(Collectors.groupingBy(Sent::key));
  }

  private static void assertNumbers(Made made, Map<String, BigDecimal> expected) {
    Map<String, JsonNode> values = values(made);
    assertThat(values.keySet()).isEqualTo(expected.keySet());
    expected.forEach(
        (key, number) ->
            assertThat(values.get(key).decimalValue()).as(key).isEqualByComparingTo(number));
  }

  private static Map<String, BigDecimal> reduced(
      Map<String, List<Sent>> byKey, Function<List<BigDecimal>, BigDecimal> reduction) {
    var reduced = new HashMap<String, BigDecimal>();
    byKey.forEach(
        (key, all) -> reduced.put(key, reduction.apply(all.stream().map(Sent::value).toList())));
    return reduced;
  }

  private static BigDecimal sum(List<BigDecimal> all) {
    return all.stream().reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  private static Function<Sent, Object> anywhere(long seed) {
    Random random = new Random(~seed);
    return sent -> random.nextInt();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void sum(long seed) {
    check(
        seed,
        "sum value=%2Fn",
        anywhere(seed),
        (made, events) -> assertNumbers(made, reduced(numbered(made, events), FoldModelTest::sum)));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void minAndMax(long seed) {
    check(
        seed,
        "min value=%2Fn",
        anywhere(seed),
        (made, events) -> assertNumbers(made, reduced(numbered(made, events), Collections::min)));
    check(
        seed,
        "max value=%2Fn",
        anywhere(seed),
        (made, events) -> assertNumbers(made, reduced(numbered(made, events), Collections::max)));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void average(long seed) {
    check(
        seed,
        "average value=%2Fn",
        anywhere(seed),
        (made, events) -> {
          Map<String, List<Sent>> byKey = numbered(made, events);
          Map<String, JsonNode> values = values(made);
          assertThat(values.keySet()).isEqualTo(byKey.keySet());
          reduced(byKey, FoldModelTest::sum)
              .forEach(
                  (key, sum) -> {
                    JsonNode value = values.get(key);
                    int count = byKey.get(key).size();
                    assertThat(value.get("count").intValue()).isEqualTo(count);
                    assertThat(value.get("sum").decimalValue()).isEqualByComparingTo(sum);
                    assertThat(value.get("average").decimalValue())
                        .isEqualByComparingTo(
                            sum.divide(BigDecimal.valueOf(count), MathContext.DECIMAL128));
                  });
        });
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void recent(long seed) {
    check(
        seed,
        "recent size=7",
        Sent::key,
        (made, events) -> {
          Map<String, List<Sent>> byKey =
              events.reversed().stream().collect(Collectors.groupingBy(Sent::key));
          Map<String, JsonNode> values = values(made);
          assertThat(values.keySet()).isEqualTo(byKey.keySet());
          byKey.forEach(
              (key, newestFirst) -> {
                var ids = new ArrayList<String>();
                for (JsonNode event : values.get(key)) {
                  assertThat(event.get("specversion").textValue()).isEqualTo("1.0");
                  ids.add(event.get("id").textValue());
                }
                assertThat(ids)
                    .isEqualTo(newestFirst.stream().limit(7).map(s -> s.event().id()).toList());
              });
        });
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void rank(long seed) {
    rank(seed, "last", Sent::member, List::getLast);
    rank(seed, "highest", anywhere(seed), Collections::max);
    rank(seed, "lowest", anywhere(seed), Collections::min);
    rank(seed, "total", anywhere(seed), FoldModelTest::sum);
  }

  private static void rank(
      long seed,
      String score,
      Function<Sent, Object> partitionBy,
      Function<List<BigDecimal>, BigDecimal> model) {
    check(
        seed,
        "rank value=%2Fn member=%2Fm size=5 score=" + score,
        partitionBy,
        (made, events) -> {
          Map<String, List<Sent>> boards = numbered(made, events);
          Map<String, JsonNode> values = values(made);
          assertThat(values.keySet()).isEqualTo(boards.keySet());
          boards.forEach(
              (board, scores) -> {
                Map<String, BigDecimal> byMember =
                    reduced(scores.stream().collect(Collectors.groupingBy(Sent::member)), model);
                List<String> expected =
                    byMember.entrySet().stream()
                        .sorted(
                            Map.Entry.<String, BigDecimal>comparingByValue()
                                .reversed()
                                .thenComparing(Map.Entry.comparingByKey()))
                        .limit(5)
                        .map(Map.Entry::getKey)
                        .toList();
                var shown = new ArrayList<String>();
                for (JsonNode place : values.get(board)) {
                  String member = place.get("member").textValue();
                  shown.add(member);
                  assertThat(place.get("score").decimalValue())
                      .isEqualByComparingTo(byMember.get(member));
                }
                assertThat(shown).isEqualTo(expected);
              });
        });
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void distinct(long seed) {
    check(
        seed,
        "distinct value=%2Fn",
        anywhere(seed),
        (made, events) -> {
          Map<String, Set<String>> byKey =
              events.stream()
                  .filter(sent -> sent.number != null && !made.failed.contains(sent))
                  .collect(
                      Collectors.groupingBy(
                          Sent::key,
                          Collectors.mapping(
                              sent -> sent.number.replace("\"", ""), Collectors.toSet())));
          Map<String, JsonNode> values = values(made);
          assertThat(values.keySet()).isEqualTo(byKey.keySet());
          byKey.forEach(
              (key, different) ->
                  assertThat(values.get(key).get("distinct").longValue())
                      .isCloseTo(different.size(), within(6L)));
        });
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void window(long seed) {
    check(
        seed,
        "window bucket=PT10S buckets=12",
        anywhere(seed),
        (made, events) -> assertBuckets(made, events, sent -> BigDecimal.ONE));
    check(
        seed,
        "window bucket=PT10S buckets=12 value=%2Fn",
        anywhere(seed),
        (made, events) -> assertBuckets(made, events, Sent::value));
  }

  private static void assertBuckets(
      Made made, List<Sent> events, Function<Sent, @Nullable BigDecimal> worth) {
    var expected = new TreeMap<String, TreeMap<Long, BigDecimal>>();
    for (Sent sent : events) {
      BigDecimal value = worth.apply(sent);
      if (value != null) {
        expected
            .computeIfAbsent(sent.key, key -> new TreeMap<>(Comparator.naturalOrder()))
            .merge(sent.time().getEpochSecond() / 10, value, BigDecimal::add);
      }
    }
    Map<String, JsonNode> values = values(made);
    assertThat(values.keySet()).isEqualTo(expected.keySet());
    expected.forEach(
        (key, buckets) -> {
          var shown = new TreeMap<Long, BigDecimal>();
          for (JsonNode bucket : values.get(key)) {
            Instant start = Instant.parse(bucket.get("start").textValue());
            shown.put(start.getEpochSecond() / 10, bucket.get("value").decimalValue());
          }
          assertThat(shown)
              .usingComparatorForType(BigDecimal::compareTo, BigDecimal.class)
              .usingRecursiveComparison()
              .isEqualTo(new TreeMap<>(buckets.tailMap(buckets.lastKey() - 12, false)));
        });
  }
}
