package penstock.security.http;

import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import penstock.security.session.Tickets;

/**
 * A ticket.
 *
 * @param expires when it is no good any more, if it was not used
 */
record TicketAnswer(
    @Schema(description = "For the parameter `ticket` of the feed's query, once") String ticket,
    @Schema(description = "Until when it is to be used") Instant expires) {

  static TicketAnswer of(Tickets.Ticket ticket) {
    return new TicketAnswer(ticket.secret().text(), ticket.expires());
  }

  /** Not the ticket, which might stand in a log then. */
  @Override
  public String toString() {
    return "ticket until " + expires;
  }
}
