package penstock.ingest;

import java.util.List;
import penstock.stream.Place;
import penstock.stream.Scope;

/**
 * What became of the events of one request in one partition.
 *
 * @param outcomes in the order of the events
 * @param life of the partition's log
 * @param scope of a cursor that covers this partition only
 * @param place behind the last of the events
 */
record Appended(List<Outcome> outcomes, String life, Scope scope, Place place) {}
