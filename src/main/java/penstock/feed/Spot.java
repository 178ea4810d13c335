package penstock.feed;

import penstock.stream.Cursor;

/**
 * Where a reader stands in a lane.
 *
 * @param next the number of the slot that comes next
 * @param at the cursor behind what it was told last
 */
record Spot(Lane lane, long next, Cursor at) {}
