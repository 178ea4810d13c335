package penstock.member;

import io.vertx.core.Future;
import java.time.Duration;

/**
 * A connection that speaks for a member while it stands: fired as a CDI event by whoever serves it,
 * on its event loop, when it begins.
 *
 * @param ttl how long the member stays when the connection has ended
 * @param ended completes when it has, on its event loop; it never fails
 */
public record MemberConnection(Member member, Duration ttl, Future<Void> ended) {}
