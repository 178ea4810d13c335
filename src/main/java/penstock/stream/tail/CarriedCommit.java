package penstock.stream.tail;

import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.List;
import penstock.stream.Position;

/**
 * What somebody who follows a log made of events that are about to be appended to it: it is written
 * by the script that appends them, all of it or nothing. Whoever asked for it must say what became
 * of it, by one of {@link #appended} and {@link #failed}; until then nothing else is committed. Any
 * thread; does not block.
 */
public interface CarriedCommit {

  /** The keys that it needs behind those of the log, in the same slot. */
  List<String> keys();

  /** Adds its arguments. */
  void write(Request append);

  /**
   * The events were appended, or were there before.
   *
   * @param positions of the events, in order
   * @param outcome what {@code append.lua} says of the commit
   * @return whether it was done
   */
  boolean appended(List<Position> positions, Response outcome);

  /** Nothing is known of it. */
  void failed(Throwable cause);
}
