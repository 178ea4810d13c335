package penstock.view.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import penstock.http.NameWriter;
import penstock.stream.StreamName;
import penstock.view.ViewDefinition;
import penstock.view.ViewName;
import penstock.view.fold.FoldSpec;

/**
 * A view's definition as its resource shows it. What is not configured has no member.
 *
 * @param bucket and the other settings of folds: as text
 * @param types only events of these; all if empty
 * @param subjects only events of these; all if empty
 * @param deletes events of these types delete the entry
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
record ViewSummary(
    @JsonInclude(JsonInclude.Include.ALWAYS)
        @Schema(implementation = ViewName.class)
        @JsonSerialize(using = NameWriter.class)
        String name,
    @JsonInclude(JsonInclude.Include.ALWAYS)
        @Schema(implementation = StreamName.class)
        @JsonSerialize(using = NameWriter.class)
        String stream,
    @JsonInclude(JsonInclude.Include.ALWAYS) String fold,
    @Nullable String bucket,
    @Nullable String buckets,
    @Nullable String member,
    @Nullable String score,
    @Nullable String size,
    @Nullable String value,
    @Schema(description = "What an event's entry is found by; absent if it is the event's own key")
        String key,
    List<String> types,
    List<String> subjects,
    List<String> deletes) {

  static ViewSummary of(ViewDefinition view) {
    FoldSpec spec = FoldSpec.parse(view.foldName());
    return new ViewSummary(
        view.name().value(),
        view.stream().value(),
        spec.name(),
        spec.settings().get("bucket"),
        spec.settings().get("buckets"),
        spec.settings().get("member"),
        spec.settings().get("score"),
        spec.settings().get("size"),
        spec.settings().get("value"),
        view.key(),
        List.copyOf(view.types()),
        List.copyOf(view.subjects()),
        List.copyOf(view.deletes()));
  }
}
