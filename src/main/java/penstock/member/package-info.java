/**
 * Members of rooms, as requests name them: who is spoken for, and for how long.
 *
 * <p>Invariants: a name that breaks its rule, and a time to live out of its bounds, cannot exist;
 * what of it becomes of a connection is known to nobody here.
 */
@NullMarked
package penstock.member;

import org.jspecify.annotations.NullMarked;
