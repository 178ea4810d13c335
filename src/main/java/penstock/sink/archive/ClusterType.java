package penstock.sink.archive;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Optional;

/** What an archive may be in. The two differ in how indices are rolled over and deleted. */
enum ClusterType {
  ELASTICSEARCH("flattened") {
    @Override
    String policyPath(String name) {
      return "/_ilm/policy/" + name;
    }

    @Override
    JsonObject policy(DeletionPolicy policy) {
      var phases = new JsonObject();
      var hot = new JsonObject();
      policy
          .rollover()
          .ifPresent(
              rollover ->
                  hot.put(
                      "rollover",
                      new JsonObject()
                          .put("max_age", rollover.age())
                          .put("max_primary_shard_size", rollover.size())));
      phases.put("hot", new JsonObject().put("actions", hot));
      policy
          .deleteAfter()
          .ifPresent(
              age ->
                  phases.put(
                      "delete",
                      new JsonObject()
                          .put("min_age", age)
                          .put("actions", new JsonObject().put("delete", new JsonObject()))));
      return new JsonObject().put("policy", new JsonObject().put("phases", phases));
    }

    @Override
    JsonObject settings(String policy) {
      return new JsonObject().put("index.lifecycle.name", policy);
    }
  },

  OPENSEARCH("flat_object") {
    @Override
    String policyPath(String name) {
      return "/_plugins/_ism/policies/" + name;
    }

    @Override
    JsonObject policy(DeletionPolicy policy) {
      var kept = new JsonObject().put("name", "kept");
      var actions = new JsonArray();
      policy
          .rollover()
          .ifPresent(
              rollover ->
                  actions.add(
                      new JsonObject()
                          .put(
                              "rollover",
                              new JsonObject()
                                  .put("min_index_age", rollover.age())
                                  .put("min_primary_shard_size", rollover.size()))));
      var transitions = new JsonArray();
      var states = new JsonArray().add(kept);
      String since = policy.rollover().isPresent() ? "min_rollover_age" : "min_index_age";
      policy
          .deleteAfter()
          .ifPresent(
              age -> {
                transitions.add(
                    new JsonObject()
                        .put("state_name", "deleted")
                        .put("conditions", new JsonObject().put(since, age)));
                states.add(
                    new JsonObject()
                        .put("name", "deleted")
                        .put(
                            "actions",
                            new JsonArray().add(new JsonObject().put("delete", new JsonObject())))
                        .put("transitions", new JsonArray()));
              });
      kept.put("actions", actions).put("transitions", transitions);
      return new JsonObject()
          .put(
              "policy",
              new JsonObject()
                  .put("description", policy.description())
                  .put("default_state", "kept")
                  .put("states", states)
                  .put(
                      "ism_template",
                      new JsonArray()
                          .add(
                              new JsonObject()
                                  .put("index_patterns", new JsonArray().add(policy.wildcard()))
                                  .put("priority", 100))));
    }

    @Override
    JsonObject settings(String policy) {
      // The policy itself says which indices are its.
      return new JsonObject();
    }
  };

  private final String flatType;

  ClusterType(String flatType) {
    this.flatType = flatType;
  }

  /** What answers to {@code GET /}; empty if it is neither. */
  static Optional<ClusterType> of(JsonObject root) {
    if (root.getValue("version") instanceof JsonObject version
        && "opensearch".equals(version.getValue("distribution"))) {
      return Optional.of(OPENSEARCH);
    }
    return "You Know, for Search".equals(root.getValue("tagline"))
        ? Optional.of(ELASTICSEARCH)
        : Optional.empty();
  }

  /** The type of a field that holds an object as its words. */
  String flatType() {
    return flatType;
  }

  abstract String policyPath(String name);

  abstract JsonObject policy(DeletionPolicy policy);

  /** What the settings of an index have that is under the policy. */
  abstract JsonObject settings(String policy);
}
