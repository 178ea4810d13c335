package penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.restassured.RestAssured;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import penstock.redis.RedisServer;
import penstock.redis.embedded.ServerProcess;

/**
 * The image of what was packaged: built by Debian's buildah of the Dockerfile's last stage, run by
 * podman as the manifests have it run: not as root, on a root file system that cannot be written
 * to, without capabilities. The first stage, which has Maven in it, is what made the package here;
 * {@code -Dpenstock.test.image=true} says that it did so with {@code -Dimage}, as that stage does.
 */
@EnabledIf(
    value = "isPossible",
    disabledReason = "needs buildah, podman, and the Dockerfile's base image in their storage")
class ImageIT {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String KIND = PackagedApplication.isNative() ? "native" : "jvm";
  private static final String IMAGE = "localhost/penstock-test:" + KIND;
  private static final Path DOCKERFILE = Path.of("deployment", "Dockerfile." + KIND);

  @TempDir Path context;

  static boolean isPossible() throws IOException {
    try {
      Tool.run("buildah", "--version");
      Tool.run("podman", "image", "exists", base());
      return true;
    } catch (IllegalStateException | UncheckedIOException missing) {
      return false;
    }
  }

  /** The last stage's, whose default an argument may be. */
  private static String base() throws IOException {
    String from = "";
    String argument = "";
    for (String line : Files.readAllLines(DOCKERFILE)) {
      from = line.startsWith("FROM ") ? line.substring(5) : from;
      argument = line.startsWith("ARG BASE=") ? line.substring(9) : argument;
    }
    return from.equals("$BASE") ? argument : from;
  }

  private void build() throws IOException {
    List<String> lines = new ArrayList<>(List.of("ARG BASE=" + base()));
    lines.addAll(List.of("FROM scratch AS build", "COPY code /code"));
    List<String> all = Files.readAllLines(DOCKERFILE);
    int last = 0;
    for (int i = 0; i < all.size(); i++) {
      last = all.get(i).startsWith("FROM ") ? i : last;
    }
    lines.addAll(all.subList(last, all.size()));
    Path dockerfile = Files.write(context.resolve("Dockerfile"), lines);
    Tool.run(
        "buildah",
        "bud",
        "--quiet",
        "--format=docker",
        "--pull-never",
        "--no-cache",
        "--timestamp=0",
        "--build-arg=REVISION=abc",
        "--tag=" + IMAGE,
        "--file=" + dockerfile,
        context.toString());
  }

  private void copy() throws IOException {
    Path target = Files.createDirectories(context.resolve("code").resolve("target"));
    if (PackagedApplication.isNative()) {
      Path executable = Path.of(System.getProperty("penstock.test.executable"));
      Files.copy(executable, target.resolve("penstock-runner"));
    } else {
      try (Stream<Path> files = Files.walk(PackagedApplication.DIRECTORY)) {
        for (Path file : files.toList()) {
          Files.copy(
              file, target.resolve(PackagedApplication.DIRECTORY.getParent().relativize(file)));
        }
      }
    }
  }

  @Test
  void isWhatItSaysAndRunsWithNextToNoRights() throws Exception {
    copy();
    build();
    JsonNode layers = inspect().path("RootFS").path("Layers");
    build();
    JsonNode image = inspect();
    assertThat(image.path("RootFS").path("Layers")).as("built again").isEqualTo(layers);
    JsonNode config = image.path("Config");
    assertThat(config.path("User").asInt()).isPositive();
    assertThat(config.path("StopSignal").asText()).isEqualTo("SIGTERM");
    assertThat(image.path("Labels").path("org.opencontainers.image.title").asText())
        .isEqualTo("Penstock");
    assertThat(image.path("Labels").path("org.opencontainers.image.revision").asText())
        .isEqualTo("abc");
    System.out.printf("image %s: %,d bytes%n", IMAGE, image.path("Size").asLong());

    try (var redis = RedisServer.start()) {
      runs(redis);
    }
  }

  private static JsonNode inspect() throws IOException {
    return JSON.readTree(Tool.output("podman", "image", "inspect", IMAGE)).get(0);
  }

  private static void runs(RedisServer redis) throws IOException {
    int port = ServerProcess.freePort();
    int management = ServerProcess.freePort();
    List<String> command =
        new ArrayList<>(
            List.of(
                "podman",
                "run",
                "--detach",
                "--network=host",
                "--read-only",
                "--read-only-tmpfs=false",
                "--tmpfs=/tmp",
                "--cap-drop=ALL",
                "--security-opt=no-new-privileges",
                "--env=QUARKUS_REDIS_HOSTS=" + redis.uri(),
                "--env=QUARKUS_HTTP_PORT=" + port,
                "--env=QUARKUS_MANAGEMENT_PORT=" + management,
                "--env=PENSTOCK_AUTH_MODE=none",
                "--env=PENSTOCK_STREAMS_AUTO_CREATE=true"));
    command.add(IMAGE);
    String container = Tool.output(command.toArray(String[]::new)).strip();
    try {
      String uri = "http://127.0.0.1:" + port;
      String health = PackagedApplication.isForImages() ? "http://127.0.0.1:" + management : uri;
      await()
          .ignoreExceptions()
          .until(() -> RestAssured.get(health + "/q/health/ready").statusCode() == 200);
      Tool.run("podman", "healthcheck", "run", container);
      Requests.given()
          .contentType("application/cloudevents+json")
          .body("{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/t\",\"type\":\"t\"}")
          .post(uri + "/streams/orders/events")
          .then()
          .statusCode(org.hamcrest.Matchers.in(List.of(200, 201)));
      Tool.run("podman", "stop", "--time=30", container);
      assertThat(
              Tool.output("podman", "inspect", "--format={{.State.ExitCode}}", container).strip())
          .isEqualTo("143");
    } finally {
      Tool.run("podman", "rm", "--force", "--time=0", container);
    }
  }
}
