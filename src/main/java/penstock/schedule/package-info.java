/**
 * What happens at a time that was said before: the engine of deadlines, and events that enter the
 * log when they are due.
 *
 * <p>Invariants: what is due is known to Redis alone, and by its clock; whoever does what is due
 * takes it off and does it in one script, so that it is done once whatever instances die; nothing
 * is done before its deadline; a notice that is lost makes it late, never undone.
 */
@NullMarked
package penstock.schedule;

import org.jspecify.annotations.NullMarked;
