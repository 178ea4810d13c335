package penstock.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import penstock.Certificate;

/**
 * What makes servers of tests speak TLS, to each other too, and know the users of docs/scaling.md
 * with just the rights that are named there. Tests themselves go on to speak to them in plain text,
 * as nobody in particular.
 */
public final class RedisSecurity {

  /** Whom the service logs in as. */
  public static final String SERVICE = "service";

  /** Whom replicas log in as. */
  private static final String FOLLOWER = "follower";

  private static final String PASSWORD = "secret";

  private final Path certificate;
  private final Path key;

  public RedisSecurity() {
    try {
      Path store = Files.createTempDirectory("penstock-redis-tls").resolve("key.p12");
      Certificate made = Certificate.of("CN=redis", "SAN=dns:localhost,ip:127.0.0.1", store);
      certificate = made.pem();
      key = made.key();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What a server, or a sentinel, is given so that it speaks TLS at this port. */
  public List<String> tls(int port) {
    return List.of(
        "--tls-port",
        "" + port,
        "--tls-cert-file",
        "" + certificate,
        "--tls-key-file",
        "" + key,
        "--tls-ca-cert-file",
        "" + certificate,
        "--tls-auth-clients",
        "no",
        "--tls-replication",
        "yes");
  }

  /** The users of a server, and whom it logs in as at its master. */
  public static List<String> users(String... further) {
    List<String> all = new ArrayList<>(List.of("--masteruser", FOLLOWER, "--masterauth", PASSWORD));
    all.addAll(user(FOLLOWER, "-@all +psync +replconf +ping"));
    all.addAll(
        user(
            SERVICE,
            "~ps:* resetchannels &ps:* -@all +@connection +@read +@write +@scripting +@pubsub"
                + " -@dangerous +info +time +wait +client|setname "
                + String.join(" ", further)));
    return all;
  }

  /** One user of a server, who may do just this. */
  public static List<String> user(String name, String rights) {
    List<String> all = new ArrayList<>(List.of("--user", name, "on", ">" + PASSWORD));
    all.addAll(List.of(rights.strip().split(" ")));
    return all;
  }

  /** Where the service finds one that speaks TLS at this port. */
  public static String uri(int port) {
    return "rediss://" + SERVICE + ":" + PASSWORD + "@localhost:" + port;
  }

  /** The service's properties that tell whom it is to trust. */
  public Map<String, String> config() {
    return Map.of(
        "quarkus.redis.tls-configuration-name",
        "redis",
        "quarkus.tls.redis.trust-store.pem.certs",
        "" + certificate,
        "quarkus.tls.redis.hostname-verification-algorithm",
        "HTTPS");
  }

  /**
   * Whether the service is connected to this server as its user, and nobody as nobody in particular
   * but the test that asks. A replica's way to its master is its own user's.
   */
  public static boolean isOnlyUser(RedisServer server) {
    return isOnly(SERVICE, String.valueOf(server.ask("CLIENT", "LIST")));
  }

  /**
   * The same of what {@code CLIENT LIST} says; sentinels know each other without.
   *
   * @param user whom the service logs in as
   */
  public static boolean isOnly(String user, String connections) {
    return connections.lines().anyMatch(line -> line.contains(" user=" + user + " "))
        && connections
            .lines()
            .filter(line -> line.contains(" user=default ") && !line.contains(" name=sentinel-"))
            .allMatch(line -> line.contains(" cmd=client"));
  }
}
