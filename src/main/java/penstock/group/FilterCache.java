package penstock.group;

import penstock.stream.filter.EventFilter;

/**
 * The filter of a group, which is read anew when its text in Redis has changed. Belongs to one
 * event loop.
 */
final class FilterCache {

  private String text = "";
  private EventFilter filter = EventFilter.OPEN;

  EventFilter of(String present) {
    if (!present.equals(text)) {
      filter = GroupFilter.parse(present).events();
      text = present;
    }
    return filter;
  }
}
