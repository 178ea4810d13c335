package penstock.problem;

import org.jspecify.annotations.Nullable;

/**
 * One broken rule of a request.
 *
 * @param event index of the event in the request, from 0; null if it is not about an event
 * @param attribute name of the attribute or parameter at fault; null if it is about the whole
 * @param message the rule, as a sentence
 */
public record Violation(@Nullable Integer event, @Nullable String attribute, String message) {}
