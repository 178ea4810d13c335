/**
 * Appending: events come in over HTTP, are checked whole, and go to the log in group commits.
 *
 * <p>Invariants: nothing is written unless every event of the request is good; what is acknowledged
 * is in the log; every queue is bounded in bytes; one partition's queue does not delay another's.
 */
@NullMarked
package penstock.ingest;

import org.jspecify.annotations.NullMarked;
