package penstock.problem;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The problems that an operation may answer with; on a resource class, those of all its operations.
 * Responses by status, their examples and {@code Retry-After} in the API's description come of it.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.CLASS)
public @interface Raises {

  ProblemType[] value();
}
