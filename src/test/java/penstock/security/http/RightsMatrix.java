package penstock.security.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Every operation of the API's description, and what it takes. The same rows are asked for by every
 * kind of identity: a test makes callers of its kind, with the rights that the matrix says.
 */
public final class RightsMatrix {

  /** What the application under test needs for it. */
  public static final Map<String, String> SETTINGS =
      Map.of(
          "penstock.streams.auto-create", "true",
          "penstock.views.v1.stream", "orders",
          "penstock.views.v1.fold", "merge",
          "penstock.views.v1.key", "subject",
          "penstock.views.acme~v1.stream", "acme~orders",
          "penstock.views.acme~v1.fold", "merge",
          "penstock.views.acme~v1.key", "subject",
          "penstock.auth.tenant-required", "false",
          "penstock.auth.open", "health");

  /** All rights, each to all names. */
  static final JsonObject ALL = rights("*");

  /** Each right, but to other names than those that are asked for. */
  static final JsonObject ALL_OTHERS = rights("other-*").put("publish", names("other-*", "order"));

  /** What every operation takes, in the language of rights, to the names in {@link #NAMES}. */
  private static final Map<String, String> NEEDED =
      Map.ofEntries(
          Map.entry("appendEvents", "{\"publish\":[\"orders\"]}"),
          Map.entry("readEvents", "{\"read\":[\"orders\"]}"),
          Map.entry("followStream", "{\"read\":[\"orders\"]}"),
          Map.entry("probeFeed", "{\"read\":[\"orders\"]}"),
          Map.entry("followSeveral", "{\"read\":[\"orders\"],\"view\":[\"v1\"]}"),
          Map.entry("probeSeveral", "{\"read\":[\"orders\"],\"view\":[\"v1\"]}"),
          Map.entry("describeStream", "{\"read\":[\"orders\"]}"),
          Map.entry("listDeadLetters", "{\"read\":[\"orders\"]}"),
          Map.entry("replayDeadLetters", "{\"admin\":[\"orders\"]}"),
          Map.entry("replayDeadLetter", "{\"admin\":[\"orders\"]}"),
          Map.entry("deleteDeadLetter", "{\"admin\":[\"orders\"]}"),
          Map.entry("deleteStream", "{\"admin\":[\"orders\"]}"),
          Map.entry("listScheduledEvents", "{\"read\":[\"orders\"]}"),
          Map.entry("readScheduledEvent", "{\"read\":[\"orders\"]}"),
          Map.entry("moveScheduledEvent", "{\"publish\":[\"orders\"]}"),
          Map.entry("cancelScheduledEvent", "{\"publish\":[\"orders\"]}"),
          Map.entry("listGroups", "{\"group\":[\"orders\"]}"),
          Map.entry("putGroup", "{\"group\":[\"orders\"]}"),
          Map.entry("describeGroup", "{\"group\":[\"orders\"]}"),
          Map.entry("deleteGroup", "{\"group\":[\"orders\"]}"),
          Map.entry("seekGroup", "{\"group\":[\"orders\"]}"),
          Map.entry("pullGroup", "{\"group\":[\"orders\"]}"),
          Map.entry("ackDeliveries", "{\"group\":[\"orders\"]}"),
          Map.entry("nackDeliveries", "{\"group\":[\"orders\"]}"),
          Map.entry("extendDeliveries", "{\"group\":[\"orders\"]}"),
          Map.entry("listEntries", "{\"view\":[\"v1\"]}"),
          Map.entry("readEntry", "{\"view\":[\"v1\"]}"),
          Map.entry("followView", "{\"view\":[\"v1\"]}"),
          Map.entry("probeViewFeed", "{\"view\":[\"v1\"]}"),
          Map.entry("describeView", "{\"view\":[\"v1\"]}"),
          Map.entry("rebuildView", "{\"admin\":[\"v1\"]}"),
          Map.entry("keepMember", "{\"presence\":[\"lobby\"]}"),
          Map.entry("removeMember", "{\"presence\":[\"lobby\"]}"),
          Map.entry("describeSink", "{\"sink\":[\"k1\"]}"),
          Map.entry("pauseSink", "{\"sink\":[\"k1\"]}"),
          Map.entry("resumeSink", "{\"sink\":[\"k1\"]}"),
          Map.entry("replaySink", "{\"sink\":[\"k1\"]}"),
          Map.entry("revokeTokens", "{\"admin\":[\"*\"]}"),
          Map.entry("listMembers", "{\"presence\":[\"lobby\"]}"));

  /**
   * Which show only what the caller may see, or are about the caller alone, and so refuse nobody
   * who is known.
   */
  private static final Map<String, Integer> LISTS =
      Map.of(
          "listStreams", 200,
          "listViews", 200,
          "listSinks", 200,
          "describeSession", 200,
          "beginSession", 200,
          "endSession", 204,
          "issueTicket", 415);

  private static final Map<String, String> NAMES =
      Map.of(
          "stream", "orders",
          "view", "v1",
          "group", "g1",
          "sink", "k1",
          "room", "lobby",
          "member", "ann",
          "key", "k",
          "id", "0.1-0");

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final String JSON = "application/json";
  private static final String CLOUD_EVENT = "application/cloudevents+json";

  private final List<Row> rows;

  /** An operation at its address. */
  record Row(String id, String method, String address) {

    boolean isList() {
      return LISTS.containsKey(id);
    }

    /** The rights that it takes; none if it is a list. */
    JsonObject needed() {
      return new JsonObject(NEEDED.getOrDefault(id, "{}"));
    }

    Row with(String parameter) {
      return new Row(id, method, address + (address.contains("?") ? "&" : "?") + parameter);
    }

    /** What who is known and has not the right to it is answered. */
    int withoutRight() {
      return LISTS.getOrDefault(id, 403);
    }
  }

  /**
   * Who the matrix wants to ask.
   *
   * @param tenant null if it is of none
   */
  public record Identity(JsonObject rights, @Nullable String tenant) {

    /** The same for the same one, and of letters and digits. */
    public String name() {
      return "m" + Integer.toHexString(rights.encode().hashCode()) + (tenant == null ? "" : tenant);
    }

    /** Whether it may do what takes these rights. */
    private boolean mayDo(JsonObject needed) {
      return needed.stream()
          .allMatch(
              right -> {
                JsonArray has = rights.getJsonArray(right.getKey(), new JsonArray());
                return ((JsonArray) right.getValue())
                    .stream().allMatch(name -> has.contains("*") || has.contains(name));
              });
    }
  }

  /**
   * One who calls, by whatever its client or its headers say.
   *
   * @param headers names, each with its value behind it
   */
  public record Caller(HttpClient client, URI base, List<String> headers) {

    private HttpRequest request(String method, String address, String type, String body) {
      var request =
          HttpRequest.newBuilder(base.resolve(address))
              .timeout(LIMIT)
              .method(method, HttpRequest.BodyPublishers.ofString(body))
              .header("Content-Type", type);
      if (!headers.isEmpty()) {
        request.headers(headers.toArray(String[]::new));
      }
      return request.build();
    }

    int status(Row row) {
      return status(row.method(), row.address(), CLOUD_EVENT, "{}");
    }

    private int status(String method, String address, String type, String body) {
      try {
        HttpResponse<InputStream> response =
            client.send(
                request(method, address, type, body), HttpResponse.BodyHandlers.ofInputStream());
        response.body().close();
        return response.statusCode();
      } catch (IOException | InterruptedException e) {
        throw new IllegalStateException(method + " " + address, e);
      }
    }

    /** What an operation answers, of a feed up to where it is live or ends. */
    private String answer(Row row) {
      try (InputStream body =
          client
              .send(
                  request(row.method(), row.address(), JSON, "{}"),
                  HttpResponse.BodyHandlers.ofInputStream())
              .body()) {
        var seen = new StringBuilder();
        byte[] bytes = new byte[8192];
        int read = body.read(bytes);
        while (read >= 0 && seen.indexOf("caught-up") < 0) {
          seen.append(new String(bytes, 0, read, StandardCharsets.UTF_8));
          read = seen.indexOf("caught-up") < 0 ? body.read(bytes) : -1;
        }
        return seen.toString();
      } catch (IOException | InterruptedException e) {
        throw new IllegalStateException(row.toString(), e);
      }
    }
  }

  /**
   * Reads the API's description.
   *
   * @param description in JSON
   */
  public RightsMatrix(String description) throws IOException {
    JsonNode paths = new ObjectMapper().readTree(description).path("paths");
    rows =
        paths.properties().stream()
            .filter(path -> !path.getKey().startsWith("/q/") && !path.getKey().startsWith("/test"))
            .flatMap(path -> rows(path.getKey(), path.getValue()))
            .toList();
  }

  private static Stream<Row> rows(String path, JsonNode operations) {
    return operations.properties().stream()
        .filter(one -> one.getValue().has("operationId"))
        .map(
            one ->
                new Row(
                    one.getValue().path("operationId").asText(),
                    one.getKey().toUpperCase(Locale.ROOT),
                    address(path)));
  }

  private static String address(String path) {
    String address = path;
    for (Map.Entry<String, String> name : NAMES.entrySet()) {
      address = address.replace("{" + name.getKey() + "}", name.getValue());
    }
    return address.equals("/feed") ? "/feed?stream=orders&view=v1" : address;
  }

  private static JsonObject rights(String name) {
    var rights = new JsonObject();
    for (String right : List.of("publish", "read", "view", "group", "presence", "sink", "admin")) {
      rights.put(right, names(name));
    }
    return rights;
  }

  private static JsonArray names(String... names) {
    return new JsonArray(List.of(names));
  }

  List<Row> rows() {
    return rows;
  }

  /** All that {@link #takesItsRight} and {@link #keepsTenantsApart} want to ask. */
  public static List<Identity> identities() {
    var all = new ArrayList<>(ofNoTenant());
    all.add(new Identity(ALL, "acme"));
    all.add(new Identity(ALL, "globex"));
    return all;
  }

  /** With no right, all rights to other names, and what each of the operations takes. */
  private static List<Identity> ofNoTenant() {
    return Stream.concat(
            Stream.of(new JsonObject(), ALL_OTHERS),
            NEEDED.values().stream().sorted().distinct().map(JsonObject::new))
        .map(rights -> new Identity(rights, null))
        .toList();
  }

  void hasAllOperations() {
    assertThat(rows)
        .extracting(Row::id)
        .allSatisfy(
            id -> assertThat(NEEDED.containsKey(id) || LISTS.containsKey(id)).as(id).isTrue())
        .containsAll(NEEDED.keySet());
  }

  /** Who is not known. */
  void refuses(Caller unknown) {
    for (Row row : rows) {
      assertThat(unknown.status(row)).as(row.id()).isEqualTo(401);
    }
  }

  /** Each operation, by each of the identities: let through if it has the right, else refused. */
  public void takesItsRight(Function<Identity, Caller> callers, Map<String, Integer> lists) {
    for (Identity identity : ofNoTenant()) {
      Caller caller = callers.apply(identity);
      for (Row row : rows) {
        int status = caller.status(row);
        var answer = assertThat(status).as("%s by %s", row.id(), identity.rights());
        if (row.isList()) {
          answer.isEqualTo(lists.getOrDefault(row.id(), row.withoutRight()));
        } else if (identity.mayDo(row.needed())) {
          answer.isNotIn(401, 403).isLessThan(500);
        } else {
          answer.isEqualTo(403);
        }
      }
    }
  }

  /** With all rights there are, of another tenant: everything is asked for, and changed. */
  public void keepsTenantsApart(Function<Identity, Caller> callers, String... others) {
    Caller acme = callers.apply(new Identity(ALL, "acme"));
    String event =
        """
        {"specversion":"1.0","id":"1","source":"/s","type":"t","subject":"k","data":{"a":"of-acme"}}
        """;
    assertThat(acme.status("POST", "/streams/orders/events", CLOUD_EVENT, event)).isIn(200, 201);
    String group = "{\"start\":\"earliest\"}";
    assertThat(acme.status("PUT", "/streams/orders/groups/g1", JSON, group)).isIn(200, 201);
    assertThat(acme.status("PUT", "/presence/lobby/ann?ttl=2m", JSON, "")).isIn(200, 201);
    for (String other : others) {
      Caller caller = callers.apply(new Identity(ALL, other));
      for (Row row : rows) {
        assertThat(caller.answer(row))
            .as("%s of %s", row.id(), other)
            .doesNotContain("of-acme")
            .doesNotContain("acme~")
            .doesNotContain("~orders");
      }
    }
    // all is there, and could have been seen
    assertThat(answer("readEvents", acme)).containsOnlyOnce("of-acme");
    assertThat(answer("listGroups", acme)).contains("\"g1\"");
    assertThat(answer("listMembers", acme)).contains("\"ann\"");
  }

  private String answer(String operation, Caller caller) {
    return caller.answer(
        rows.stream().filter(row -> row.id().equals(operation)).findFirst().orElseThrow());
  }
}
