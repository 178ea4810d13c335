package penstock.security.http;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Whoever calls this operation changes something for others: who did it is written down. What takes
 * the right {@code admin} and changes something needs no mark. Not for what applications do all the
 * time, such as to append, to acknowledge, or to send heartbeats.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Audited {}
