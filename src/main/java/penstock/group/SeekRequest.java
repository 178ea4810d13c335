package penstock.group;

import org.eclipse.microprofile.openapi.annotations.media.Schema;
import penstock.problem.ProblemException;
import penstock.stream.StartPosition;

/**
 * Where a group is to go on.
 *
 * @param to as a group's start
 */
record SeekRequest(
    @Schema(
            description = "`earliest`, `latest`, a time as in RFC 3339 or a cursor",
            examples = "earliest")
        String to) {

  static StartPosition read(GroupMembers body) {
    if (body.text("to").isEmpty()) {
      throw ProblemException.ofParameter("to", "is required");
    }
    return GroupRequest.start(body, "to");
  }
}
