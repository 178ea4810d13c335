/**
 * What completes the API's description (OpenAPI) beyond the annotations of the resources: problems
 * by status, examples from files, members that are always there.
 *
 * <p>Invariant: all of it runs while the service is built; nothing here is loaded by a running one.
 */
@NullMarked
package penstock.openapi;

import org.jspecify.annotations.NullMarked;
