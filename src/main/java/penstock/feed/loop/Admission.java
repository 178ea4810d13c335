package penstock.feed.loop;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import penstock.feed.DisconnectReason;
import penstock.feed.FeedConfig;
import penstock.feed.FeedMeters;
import penstock.feed.connection.ClientAddress;
import penstock.http.Namespace;
import penstock.security.identity.Caller;
import penstock.tenant.Tenants;

/**
 * Who is served: all readers of this instance, of whatever feed, and whether there may be more. May
 * be used from any thread.
 */
@Singleton
public class Admission {

  private final int mostReaders;
  private final int mostOfClient;
  private final FeedMeters meters;
  private final Set<FeedSubscriber> readers = ConcurrentHashMap.newKeySet();
  private final Tenants tenants;
  private final ConnectionQuota clients = new ConnectionQuota();
  private final ConnectionQuota ofTenants = new ConnectionQuota();
  private final CountDownLatch empty = new CountDownLatch(1);
  private volatile Predicate<Caller> revoked = caller -> false;
  private volatile boolean closed;

  @Inject
  Admission(FeedConfig config, Tenants tenants, FeedMeters meters) {
    this.mostReaders = config.maxSubscribers();
    this.mostOfClient = config.maxSubscribersPerClient().orElse(Integer.MAX_VALUE);
    this.tenants = tenants;
    this.meters = meters;
  }

  /** Why so many more readers of this client are not admitted now. */
  public Optional<DisconnectReason> refusal(ClientAddress client, Namespace space, int more) {
    if (closed) {
      return Optional.of(DisconnectReason.SHUTTING_DOWN);
    }
    if (readers.size() + more > mostReaders) {
      return Optional.of(DisconnectReason.TOO_BUSY);
    }
    if (clients.readers(client.value()) + more > mostOfClient) {
      return Optional.of(DisconnectReason.TOO_MANY_OF_CLIENT);
    }
    if (!space.isNone()
        && ofTenants.readers(space.tenant()) + more > tenants.mostSubscribers(space)) {
      tenants.refusedSubscriber();
      return Optional.of(DisconnectReason.TOO_MANY_OF_TENANT);
    }
    return Optional.empty();
  }

  /** A reader has come. One that was admitted just before the end is disconnected at once. */
  void entered(FeedSubscriber reader) {
    readers.add(reader);
    clients.entered(reader.client().value());
    if (!reader.caller().space().isNone()) {
      ofTenants.entered(reader.caller().space().tenant());
    }
    meters.subscribers(readers.size());
    if (closed) {
      reader.disconnect(DisconnectReason.SHUTTING_DOWN);
    } else if (revoked.test(reader.caller())) {
      reader.disconnect(DisconnectReason.TOKEN_REVOKED);
    }
  }

  /** Says by what it is known whose tokens were taken back. */
  void refuse(Predicate<Caller> revoked) {
    this.revoked = revoked;
    dismiss();
  }

  /** Ends the feeds of those whose tokens were taken back by now. */
  void dismiss() {
    for (FeedSubscriber reader : readers) {
      if (revoked.test(reader.caller())) {
        reader.disconnect(DisconnectReason.TOKEN_REVOKED);
      }
    }
  }

  void left(FeedSubscriber reader) {
    readers.remove(reader);
    clients.left(reader.client().value());
    if (!reader.caller().space().isNone()) {
      ofTenants.left(reader.caller().space().tenant());
    }
    meters.subscribers(readers.size());
    if (closed && readers.isEmpty()) {
      empty.countDown();
    }
  }

  boolean isClosed() {
    return closed;
  }

  /** Nobody reads. */
  boolean isEmpty() {
    return readers.isEmpty();
  }

  /** From now on nobody is admitted. Returns the readers who are still here. */
  List<FeedSubscriber> close() {
    closed = true;
    if (readers.isEmpty()) {
      empty.countDown();
    }
    return List.copyOf(readers);
  }

  /**
   * Blocks until all readers have left after {@link #close}, or time is up.
   *
   * @return how many are still here
   */
  int awaitEmpty(long millis) throws InterruptedException {
    return empty.await(millis, TimeUnit.MILLISECONDS) ? 0 : readers.size();
  }
}
