package penstock.event;

import org.jspecify.annotations.Nullable;

/**
 * The attributes of an event whose request has nothing but its JSON data. They are checked like
 * those of any event.
 *
 * @param id a random UUID if null
 */
public record PlainDefaults(
    String type, String source, @Nullable String subject, @Nullable String id) {}
