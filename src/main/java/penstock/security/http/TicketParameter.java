package penstock.security.http;

/** The parameter of a feed's query that has a ticket. */
public final class TicketParameter {

  public static final String NAME = "ticket";

  /** What it means, for the API's description. */
  public static final String MEANING =
      "In the place of a token: a ticket for this path, from `POST /tickets`. Good once.";

  private TicketParameter() {}
}
