package penstock.ingest;

import java.util.List;
import penstock.stream.CursorScope;
import penstock.stream.PartitionPosition;

/**
 * What is known of the events of one request in one partition.
 *
 * @param partition counted from 0
 * @param results in the order of the events
 * @param life of the partition's log
 * @param scope of a cursor that covers this partition only
 * @param place behind the last of the events that are in the log; nowhere if none is
 */
record PartitionAck(
    int partition,
    List<EventResult> results,
    String life,
    CursorScope scope,
    PartitionPosition place) {}
