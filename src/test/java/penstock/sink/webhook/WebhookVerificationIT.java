package penstock.sink.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Receivers in other languages know a request of Penstock's from another one: with the lines that
 * docs/webhooks.md shows, and with the library of Standard Webhooks for JavaScript. Skipped, and
 * says so, where a language is missing or npm fetches nothing.
 */
class WebhookVerificationIT {

  private static final String OLD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final String NEW = "whsec_c2VjcmV0cyBhcmUgbWFkZSBieSBkaWNlIG9ubHk=";
  private static final String OTHER = "whsec_bm90IHRoZSBzZWNyZXQgdGhhdCB3YXMgdXNlZA==";
  private static final String BODY = "{\"specversion\":\"1.0\",\"id\":\"ü\",\"data\":1.10}";

  /** Exits with 0 if the library of the reference takes the request. */
  private static final String LIBRARY =
      """
      const { Webhook } = require("standardwebhooks");
      const names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
      const headers = Object.fromEntries(names.map((name) => [name, process.env[name.replace("-", "_")]]));
      new Webhook(process.env.SECRET).verify(require("node:fs").readFileSync(0), headers);
      """;

  @TempDir Path directory;

  private static MultiMap signed(Instant now) {
    MultiMap headers = MultiMap.caseInsensitiveMultiMap();
    new WebhookSignature(List.of(SigningKey.parse(OLD), SigningKey.parse(NEW)))
        .sign(headers, "0123456789abcdef0123456789abcdef", now, Buffer.buffer(BODY));
    return headers;
  }

  private static boolean isThere(String program) throws IOException, InterruptedException {
    return new ProcessBuilder("sh", "-c", "command -v " + program).start().waitFor() == 0;
  }

  /** Whether the program takes it. */
  private boolean isTaken(List<String> command, String secret, MultiMap headers, String body)
      throws IOException, InterruptedException {
    var builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("said").toFile());
    Map<String, String> environment = builder.environment();
    environment.put("SECRET", secret);
    headers.forEach(
        header -> environment.put(header.getKey().replace('-', '_'), header.getValue()));
    Process process = builder.start();
    try (OutputStream in = process.getOutputStream()) {
      in.write(Buffer.buffer(body).getBytes());
    }
    return process.waitFor() == 0;
  }

  private String said() throws IOException {
    return Files.readString(directory.resolve("said"));
  }

  private void tellsRequestsApart(List<String> command) throws IOException, InterruptedException {
    Instant now = Instant.now();
    MultiMap good = signed(now);

    assertThat(isTaken(command, OLD, good, BODY)).as("the old secret: %s", said()).isTrue();
    assertThat(isTaken(command, NEW, good, BODY)).as("the new secret: %s", said()).isTrue();
    assertThat(isTaken(command, OTHER, good, BODY)).as("another secret").isFalse();
    assertThat(isTaken(command, OLD, good, BODY + " ")).as("another body").isFalse();
    assertThat(isTaken(command, OLD, signed(now.minus(Duration.ofHours(1))), BODY))
        .as("an old request")
        .isFalse();
    good.set("webhook-id", "fedcba9876543210fedcba9876543210");
    assertThat(isTaken(command, OLD, good, BODY)).as("another id").isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "python, python3, verify.py",
    "javascript, node, verify.js",
    "java, java, Verify.java"
  })
  void theLinesOfThePageVerify(String language, String program, String file)
      throws IOException, InterruptedException {
    assumeTrue(isThere(program), program + " is missing");
    Matcher block =
        Pattern.compile("(?s)```" + language + "\n(.*?)```")
            .matcher(Files.readString(Path.of("docs", "webhooks.md")));
    assertThat(block.find()).isTrue();
    Files.writeString(directory.resolve(file), block.group(1));

    tellsRequestsApart(
        List.of(
            program.equals("java")
                ? Path.of(System.getProperty("java.home"), "bin", "java").toString()
                : program,
            file));
  }

  @Test
  void theLibraryOfTheReferenceVerifies() throws IOException, InterruptedException {
    assumeTrue(isThere("node") && isThere("npm"), "Node or npm is missing");
    var install = new ArrayList<>(List.of("npm", "install", "--no-audit", "--no-fund"));
    install.addAll(List.of("--prefer-offline", "--loglevel=error", "standardwebhooks@1.0.0"));
    int status =
        new ProcessBuilder(install)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("npm").toFile())
            .start()
            .waitFor();
    assumeTrue(status == 0, "npm fetched nothing");
    Files.writeString(directory.resolve("library.js"), LIBRARY);

    tellsRequestsApart(List.of("node", "library.js"));
  }
}
