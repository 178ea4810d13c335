package penstock.view.http;

import java.util.List;
import penstock.view.ViewDefinition;

/** All views, by name. */
record ViewList(List<ViewSummary> views) {

  static ViewList of(List<ViewDefinition> views) {
    return new ViewList(views.stream().map(ViewSummary::of).toList());
  }
}
