/**
 * Archives: the events of a stream as documents in Elasticsearch or OpenSearch, by bulk requests.
 *
 * <p>Invariants: an event is the same document however often it is sent, since its id is made of
 * the event's source and id and a document is only created; an event that the index does not take
 * is told from a cluster that takes nothing now, and only the former is refused; bytes under way
 * and bytes of answers are bounded; nothing is asked of a cluster unless a sink is declared.
 */
@NullMarked
package penstock.sink.archive;

import org.jspecify.annotations.NullMarked;
