package penstock.http;

/** How many things a page may be asked to have: what the parameter {@code limit} says. */
public final class PageLimit {

  public static final int MOST = 1_000;

  public static final String DEFAULT = "100";

  /** For the API's description. */
  public static final String MEANING = "The most that the page is to hold";

  public static final String RULE = "must be a whole number from 1 to 1000";

  private PageLimit() {}
}
