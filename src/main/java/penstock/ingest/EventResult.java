package penstock.ingest;

import penstock.stream.Position;

/**
 * What became of one event.
 *
 * @param partition counted from 0
 * @param position where it is in the log; of a duplicate, where its first one is
 */
record EventResult(int partition, Position position, boolean duplicate) {}
