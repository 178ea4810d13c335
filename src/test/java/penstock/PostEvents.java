package penstock;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;

/**
 * Posts a file of CloudEvents, one JSON object a line, to a stream, in batches and in order. A
 * batch whose outcome is unknown is sent again: Penstock recognises what it has.
 *
 * <p>Needs nothing but a JDK: {@code java src/test/java/penstock/PostEvents.java FILE.ndjson.gz
 * URL}, for instance with the URL {@code http://localhost:8080/streams/commits/events}.
 */
public final class PostEvents {

  private static final int BATCH = 500;
  private static final int ATTEMPTS = 20;

  private final HttpClient client = HttpClient.newHttpClient();
  private final URI target;
  private final PrintStream progress;
  private long posted;
  private long duplicates;

  public PostEvents(URI target, PrintStream progress) {
    this.target = target;
    this.progress = progress;
  }

  public static void main(String[] args) throws IOException, InterruptedException {
    if (args.length != 2) {
      System.err.println("usage: java PostEvents.java FILE.ndjson.gz URL");
      System.exit(2);
    }
    new PostEvents(URI.create(args[1]), System.out).post(Path.of(args[0]));
  }

  public long posted() {
    return posted;
  }

  /** How many of the posted ones were in the log already. */
  public long duplicates() {
    return duplicates;
  }

  public void post(Path file) throws IOException, InterruptedException {
    long start = System.nanoTime();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
      List<String> batch = new ArrayList<>(BATCH);
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        batch.add(line);
        if (batch.size() == BATCH) {
          send(batch);
          batch.clear();
          report(start, "\r");
        }
      }
      if (!batch.isEmpty()) {
        send(batch);
      }
    }
    report(start, "\r");
    progress.println();
  }

  private void send(List<String> batch) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(target)
            .header("Content-Type", "application/cloudevents-batch+json")
            .POST(BodyPublishers.ofString("[" + String.join(",", batch) + "]"))
            .build();
    for (int attempt = 1; ; attempt++) {
      HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
      int status = response.statusCode();
      if (status == 200 || status == 201) {
        posted += batch.size();
        duplicates += count(response.body(), "\"duplicate\":true");
        return;
      }
      if ((status != 503 && status != 429) || attempt == ATTEMPTS) {
        throw new IOException("HTTP " + status + ": " + response.body());
      }
      TimeUnit.SECONDS.sleep(
          Long.parseLong(response.headers().firstValue("Retry-After").orElse("1")));
    }
  }

  private void report(long start, String end) {
    double seconds = (System.nanoTime() - start) / 1e9;
    progress.print(
        String.format(
            Locale.ROOT,
            "%s%,d events posted, %,d of them known already, %.1f s, %,.0f events/s",
            end,
            posted,
            duplicates,
            seconds,
            posted / seconds));
    progress.flush();
  }

  private static long count(String text, String part) {
    long count = 0;
    for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
      count++;
    }
    return count;
  }
}
