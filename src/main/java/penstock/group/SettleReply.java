package penstock.group;

import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What became of each delivery that a consumer said something of, in the order of the request. */
record SettleReply(List<Result> results) {

  /**
   * @param status {@code done}, or {@code stale}: nothing was changed
   */
  @Schema(name = "SettleResult")
  record Result(
      String ackId,
      @Schema(
              enumeration = {"done", "stale"},
              description =
                  "`stale`: it was done already, or its event was given to another; nothing was changed")
          String status) {}

  static SettleReply of(List<AckId> ids, List<Boolean> done) {
    var results = new ArrayList<Result>(ids.size());
    for (int i = 0; i < ids.size(); i++) {
      results.add(new Result(ids.get(i).encode(), done.get(i) ? "done" : "stale"));
    }
    return new SettleReply(results);
  }
}
