/**
 * Which streams there are, and with which settings.
 *
 * <p>Invariants: a stream's number of partitions never changes; a setting that makes no sense is
 * refused at start, with the property's name.
 */
@NullMarked
package penstock.stream.registry;

import org.jspecify.annotations.NullMarked;
