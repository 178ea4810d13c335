/**
 * Webhooks: events on to a receiver by HTTP, as CloudEvents and signed as Standard Webhooks has it.
 *
 * <p>Invariants: what is connected to is the very address that was looked at; nothing of an answer
 * is kept but its status and a few headers; each attempt ends in time, whatever the receiver does;
 * neither secrets nor headers of one's own nor payloads are told to a log or an operator.
 */
@NullMarked
package penstock.sink.webhook;

import org.jspecify.annotations.NullMarked;
