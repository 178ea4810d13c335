package penstock.event;

/**
 * How much is taken in one request.
 *
 * @param eventBytes of one event, as it was sent: in JSON from its opening to its closing brace; in
 *     binary mode the names and values of its {@code ce-} headers, the content type and the body;
 *     as plain JSON the body
 * @param batchEvents events in one batch
 */
public record EventLimits(int eventBytes, int batchEvents) {}
