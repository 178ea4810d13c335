/**
 * Streams and their events over HTTP: resources, their parameters and the bodies that they return.
 *
 * <p>Invariants: a parameter that exists is well-formed; nothing here blocks.
 */
@NullMarked
package penstock.stream.http;

import org.jspecify.annotations.NullMarked;
