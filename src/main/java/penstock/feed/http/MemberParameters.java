package penstock.feed.http;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import penstock.feed.connection.MemberTransport;
import penstock.feed.connection.Transport;
import penstock.member.Member;
import penstock.member.MemberConnection;
import penstock.member.MemberName;
import penstock.member.RoomName;
import penstock.member.TtlRule;
import penstock.problem.ProblemException;

/** The parameters by which a feed's connection speaks for a member of a room. */
@ApplicationScoped
class MemberParameters {

  static final String ROOM =
      "With `member`: a room in which this connection keeps that member present while it stands";

  static final String MEMBER =
      "With `room`: the member that this connection speaks for. When it ends, the member's time to live runs.";

  static final String TTL =
      "With `room` and `member`: how long the member stays after the connection's end";

  private final Event<MemberConnection> connections;
  private final TtlRule ttls;

  @Inject
  MemberParameters(Event<MemberConnection> connections, TtlRule ttls) {
    this.connections = connections;
    this.ttls = ttls;
  }

  /**
   * Who is spoken for.
   *
   * @param member null for nobody
   */
  record Spoken(@Nullable Member member, Duration ttl) {}

  /** Who a request says that its connection speaks for; a problem if that makes no sense. */
  Spoken read(Optional<RoomName> room, Optional<MemberName> member, Optional<Duration> ttl) {
    if (room.isEmpty() && member.isEmpty()) {
      if (ttl.isPresent()) {
        throw ProblemException.ofParameter("ttl", "has a meaning only with 'room' and 'member'");
      }
      return new Spoken(null, Duration.ZERO);
    }
    if (room.isEmpty() || member.isEmpty()) {
      throw room.isEmpty()
          ? ProblemException.ofParameter("member", "must be given with its 'room'")
          : ProblemException.ofParameter("room", "must be given with a 'member' of it");
    }
    return new Spoken(new Member(room.get(), member.get()), ttls.of(ttl));
  }

  /** The connection as the feed is to use it; says that it has begun. On its event loop. */
  Transport begin(Transport transport, Spoken spoken) {
    if (spoken.member() == null) {
      return transport;
    }
    var watched = new MemberTransport(transport);
    connections.fire(new MemberConnection(spoken.member(), spoken.ttl(), watched.ended()));
    return watched;
  }
}
