package penstock.feed.connection;

import penstock.feed.HeartbeatType;
import penstock.security.identity.Caller;

/** A transport that knows who is at its other end. */
abstract class ClientTransport implements Transport {

  private final ClientAddress client;
  private final Caller caller;
  private final HeartbeatType heartbeat;

  ClientTransport(ClientAddress client, Caller caller, HeartbeatType heartbeat) {
    this.client = client;
    this.caller = caller;
    this.heartbeat = heartbeat;
  }

  @Override
  public final ClientAddress client() {
    return client;
  }

  @Override
  public final Caller caller() {
    return caller;
  }

  @Override
  public final HeartbeatType heartbeat() {
    return heartbeat;
  }
}
