package penstock.stream;

import java.util.List;

/**
 * Some events of a stream, in order.
 *
 * @param cursor behind the last event that was looked at, whether it is in the page or not
 * @param caughtUp whether nothing came after it when it was read
 */
public record Page(List<LogEntry> entries, Cursor cursor, boolean caughtUp) {}
