/**
 * Views and their entries over HTTP: resources, their parameters and the bodies that they return.
 *
 * <p>Invariants: a value is sent as its fold wrote it; equal values have equal entity tags on every
 * instance.
 */
@NullMarked
package penstock.view.http;

import org.jspecify.annotations.NullMarked;
