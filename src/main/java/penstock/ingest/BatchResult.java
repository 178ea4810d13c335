package penstock.ingest;

import java.util.List;
import penstock.stream.Term;

/**
 * What became of a batch, once it is as durable as the stream asks for.
 *
 * @param life of the partition's log
 * @param events in the order of the batch
 */
record BatchResult(String life, Term term, List<EventResult> events) {}
