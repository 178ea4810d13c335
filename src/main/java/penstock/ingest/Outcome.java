package penstock.ingest;

import penstock.stream.Position;

/**
 * What became of one event.
 *
 * @param position where it is in the log; of a duplicate, where its first one is
 */
record Outcome(Position position, boolean duplicate) {}
