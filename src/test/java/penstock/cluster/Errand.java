package penstock.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a client is at while the service's Redis becomes another one: it has jobs of a pull group
 * under a lease, has done some, and has asked for an event to enter the log later.
 */
final class Errand {

  private static final String STREAM = "errands";
  private static final int JOBS = 10;
  private static final int DONE = 2;
  private static final int HELD = 3;

  /** Of the service. */
  static final Map<String, String> CONFIG =
      Map.of("penstock.streams." + STREAM + ".partitions", "1");

  private final List<URI> instances;
  private final List<String> held = new ArrayList<>();

  Errand(List<URI> instances) {
    this.instances = instances;
  }

  void begin() throws IOException, InterruptedException {
    for (int i = 0; i < JOBS; i++) {
      expect(201, send("POST", "/events?type=t&subject=job-" + i, "{}", Map.of()));
    }
    Map<String, String> later = Map.of("Penstock-Deliver-After", "6s");
    expect(202, send("POST", "/events?type=later&subject=last", "{}", later));
    JsonObject settings = new JsonObject().put("start", "earliest").put("lease", "10m");
    send("PUT", "/groups/clerks", settings.encode(), Map.of());
    acknowledge(ackIds(pull(DONE)));
    held.addAll(ackIds(pull(HELD)));
  }

  /** What it had is still its own, what it did is done, and what it asked for comes, once. */
  void end() throws IOException, InterruptedException {
    assertThat(acknowledge(held)).as("leases of before").containsOnly("done").hasSize(HELD);
    List<String> subjects = new ArrayList<>();
    await()
        .until(
            () -> {
              for (Object message : pull(JOBS)) {
                JsonObject event = ((JsonObject) message).getJsonObject("event");
                subjects.add(event.getString("subject"));
              }
              return subjects.contains("last");
            });
    List<String> left = new ArrayList<>();
    for (int i = DONE + HELD; i < JOBS; i++) {
      left.add("job-" + i);
    }
    left.add("last");
    assertThat(subjects).containsExactlyElementsOf(left);
    assertThat(pull(JOBS)).as("nothing comes twice").isEmpty();
  }

  private JsonArray pull(int most) throws IOException, InterruptedException {
    JsonObject asked = new JsonObject().put("max", most);
    HttpResponse<String> answer = send("POST", "/groups/clerks/pull", asked.encode(), Map.of());
    return answer.statusCode() == 204
        ? new JsonArray()
        : new JsonObject(expect(200, answer)).getJsonArray("messages");
  }

  private static List<String> ackIds(JsonArray messages) {
    return messages.stream().map(one -> ((JsonObject) one).getString("ackId")).toList();
  }

  private List<String> acknowledge(List<String> ackIds) throws IOException, InterruptedException {
    JsonObject asked = new JsonObject().put("ackIds", ackIds);
    String answer = expect(200, send("POST", "/groups/clerks/ack", asked.encode(), Map.of()));
    return new JsonObject(answer)
        .getJsonArray("results").stream()
            .map(one -> ((JsonObject) one).getString("status"))
            .toList();
  }

  private static String expect(int status, HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer::body).isEqualTo(status);
    return answer.body();
  }

  private HttpResponse<String> send(
      String method, String to, String body, Map<String, String> headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(instances.getFirst().resolve("/streams/" + STREAM + to))
            .timeout(Duration.ofSeconds(20))
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(body));
    headers.forEach(request::header);
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request.build(), BodyHandlers.ofString());
    }
  }
}
