package penstock.event;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import penstock.problem.Problem;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.problem.Violation;

/** The rules that the events of one request break; it is enough when there are {@link #MOST}. */
final class Violations {

  /** How many are returned at once. */
  static final int MOST = 16;

  /** Characters of an attribute's name that are shown; a good name is never that long. */
  private static final int MOST_OF_NAME = 64;

  private final List<Violation> list = new ArrayList<>(0);

  /**
   * @throws ProblemException if there are enough
   */
  void add(int event, @Nullable String attribute, String rule) {
    String name =
        attribute != null && attribute.length() > MOST_OF_NAME
            ? attribute.substring(0, MOST_OF_NAME)
            : attribute;
    list.add(new Violation(event, name, rule));
    if (list.size() == MOST) {
      throw exception();
    }
  }

  int count() {
    return list.size();
  }

  /**
   * @throws ProblemException if there is any
   */
  void check() {
    if (!list.isEmpty()) {
      throw exception();
    }
  }

  private ProblemException exception() {
    Violation first = list.getFirst();
    String place =
        "event "
            + first.event()
            + (first.attribute() == null ? "" : ", '" + first.attribute() + "'")
            + ": it "
            + first.message();
    String count =
        list.size() == 1
            ? "A rule of CloudEvents is broken by "
            : (list.size() == MOST ? "At least " : "")
                + list.size()
                + " rules of CloudEvents are broken, the first by ";
    return Problem.invalid(
            ProblemType.INVALID_EVENT, count + place + ". Nothing of the request was taken.", list)
        .exception();
  }
}
