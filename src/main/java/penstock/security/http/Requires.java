package penstock.security.http;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import penstock.security.identity.Right;

/**
 * The right that an operation takes, and where the request says to what. Asked before the request's
 * parameters are read. Several must all be had.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Repeatable(Requires.All.class)
public @interface Requires {

  /** What is not said otherwise is for those who run the service. */
  Right value() default Right.ADMIN;

  /** The parameter of the path that has the name. */
  String path() default "";

  /**
   * In the place of {@link #path}: the parameter of the query that has the name. Given several
   * times, the right to each is required; not given, none.
   */
  String query() default "";

  /**
   * The parameter, beside the one with the name, whose value must meet the condition of the same
   * name.
   */
  String part() default "";

  /**
   * The operation itself narrows what it does to what the right's conditions cover. Else one that
   * has conditions is not enough.
   */
  boolean narrows() default false;

  /** The right to anything will do; the operation shows only what the caller may see. */
  boolean any() default false;

  /** It takes the right to all names, without conditions: what it does has no name. */
  boolean all() default false;

  /** Whoever is known will do, whatever the rights: it is about the caller alone. */
  boolean known() default false;

  /** Several rules of one operation. */
  @Target(ElementType.METHOD)
  @Retention(RetentionPolicy.RUNTIME)
  @interface All {
    Requires[] value();
  }
}
