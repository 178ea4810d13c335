package penstock.ingest;

import java.util.List;
import penstock.stream.Cursor;

/**
 * What became of the events of one request in one partition.
 *
 * @param outcomes in the order of the events
 * @param cursor behind the last of them
 */
record Appended(List<Outcome> outcomes, Cursor cursor) {}
