package penstock.group;

import penstock.event.Event;

/**
 * One delivery of an event.
 *
 * @param ack by which the consumer names it
 */
record PulledMessage(AckId ack, Event event) {}
