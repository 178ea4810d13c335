/**
 * The edge between Jakarta REST and the rest of the service: how parameters are read, how failures
 * become problem documents, and where a Vert.x {@code Future} becomes a {@code Uni}.
 *
 * <p>Invariants: what a caller did wrong is answered with the document of its {@link
 * penstock.problem.ProblemType}, wherever it was noticed; no resource parses a parameter or writes
 * an error by itself.
 */
@NullMarked
package penstock.http;

import org.jspecify.annotations.NullMarked;
