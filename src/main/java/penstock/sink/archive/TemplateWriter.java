package penstock.sink.archive;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jboss.logging.Logger;
import penstock.sink.SinksConfig;

/**
 * Puts the index template of an archive, and the policy by which its indices are rolled over and
 * deleted. Indices that are there already keep the mapping that they have.
 */
final class TemplateWriter {

  private static final Logger LOG = Logger.getLogger(TemplateWriter.class);

  /** Beyond those that come with Elasticsearch (100). */
  private static final int PRIORITY = 200;

  /** Longer words are kept and not found: a term has at most 32,766 bytes. */
  private static final int LONGEST_WORD = 8_191;

  private static final int NOT_FOUND = 404;
  private static final int LONGEST_REASON = 500;

  private final ArchiveSettings settings;
  private final ClusterConnection cluster;

  TemplateWriter(ArchiveSettings settings, ClusterConnection cluster) {
    this.settings = settings;
    this.cluster = cluster;
  }

  /** Fails if the cluster is none, or does not take them; any thread. */
  Future<Void> put() {
    Optional<DeletionPolicy> policy = DeletionPolicy.of(settings);
    return expect("GET /", cluster.get("/"))
        .map(TemplateWriter::type)
        .compose(
            type ->
                policy
                    .map(it -> putPolicy(type, it))
                    .orElse(Future.succeededFuture())
                    .compose(done -> putTemplate(type, policy.isPresent())));
  }

  private static ClusterType type(ClusterAnswer answer) {
    return ClusterType.of(json(answer))
        .orElseThrow(
            () -> new IllegalStateException("neither Elasticsearch nor OpenSearch answers there"));
  }

  private Future<Void> putPolicy(ClusterType type, DeletionPolicy policy) {
    String path = type.policyPath(settings.templateName());
    String body = type.policy(policy).encode();
    if (type == ClusterType.ELASTICSEARCH) {
      return expect("the policy", cluster.put(path, body)).mapEmpty();
    }
    return cluster.get(path).compose(present -> putPolicy(path, body, policy, present));
  }

  /** OpenSearch wants to be told which policy another one is to take the place of. */
  private Future<Void> putPolicy(
      String path, String body, DeletionPolicy policy, ClusterAnswer present) {
    if (present.status() == NOT_FOUND) {
      return expect("the policy", cluster.put(path, body)).mapEmpty();
    }
    return expect("the policy", Future.succeededFuture(present))
        .map(TemplateWriter::json)
        .compose(
            known -> {
              String description =
                  known.getJsonObject("policy", new JsonObject()).getString("description", "");
              return description.equals(policy.description())
                  ? Future.succeededFuture()
                  : expect("the policy", cluster.put(path + place(known), body)).mapEmpty();
            });
  }

  private static String place(JsonObject known) {
    return "?if_seq_no=%d&if_primary_term=%d"
        .formatted(known.getLong("_seq_no", 0L), known.getLong("_primary_term", 1L));
  }

  private Future<Void> putTemplate(ClusterType type, boolean hasPolicy) {
    String path = "/_index_template/" + settings.templateName();
    return expect("the template", cluster.put(path, template(type, hasPolicy).encode()))
        .onSuccess(
            done ->
                LOG.infof(
                    "archive: template put sink=%s indices=%s",
                    settings.sink(), settings.index().wildcard()))
        .mapEmpty();
  }

  JsonObject template(ClusterType type, boolean hasPolicy) {
    JsonObject indexSettings =
        hasPolicy ? type.settings(settings.templateName()) : new JsonObject();
    var template =
        new JsonObject()
            .put("index_patterns", new JsonArray().add(settings.index().wildcard()))
            .put("priority", PRIORITY)
            .put(
                "template",
                new JsonObject().put("settings", indexSettings).put("mappings", mappings(type)));
    return settings.dataStream() ? template.put("data_stream", new JsonObject()) : template;
  }

  private JsonObject mappings(ClusterType type) {
    var properties = new JsonObject();
    for (String attribute :
        new String[] {
          "id",
          "source",
          "type",
          "subject",
          "time",
          "datacontenttype",
          "dataschema",
          "stream",
          "position"
        }) {
      properties.put(attribute, word());
    }
    JsonObject flat = of(type.flatType());
    return new JsonObject()
        .put("dynamic", false)
        // A text that looks like a date would make all others of its name wrong.
        .put("date_detection", false)
        .put(
            "properties",
            properties
                .put("@timestamp", of("date"))
                .put("partition", of("integer"))
                .put("extensions", flat)
                .put(
                    "data",
                    settings.data() == SinksConfig.DataMapping.FLAT
                        ? flat.copy()
                        : of("object").put("dynamic", true))
                .put("data_json", of("text"))
                .put("data_text", of("text"))
                .put("data_base64", of("binary")));
  }

  private static JsonObject word() {
    return of("keyword").put("ignore_above", LONGEST_WORD);
  }

  private static JsonObject of(String type) {
    return new JsonObject().put("type", type);
  }

  private static JsonObject json(ClusterAnswer answer) {
    try {
      return new JsonObject(Buffer.buffer(answer.body()));
    } catch (DecodeException broken) {
      throw new IllegalStateException("what answers there does not speak JSON", broken);
    }
  }

  /** The answer if it is of success. */
  private static Future<ClusterAnswer> expect(String what, Future<ClusterAnswer> asked) {
    return asked.map(
        answer -> {
          if (!answer.isSuccess()) {
            String body = new String(answer.body(), StandardCharsets.UTF_8);
            throw new IllegalStateException(
                "%s: the cluster answered %d: %s"
                    .formatted(
                        what,
                        answer.status(),
                        body.substring(0, Math.min(body.length(), LONGEST_REASON))));
          }
          return answer;
        });
  }
}
