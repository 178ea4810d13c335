package penstock.cluster;

import java.util.EnumSet;
import java.util.Set;

/** What is done to a cluster. */
enum Fault {
  /** kill -9 of an instance, which is started again. */
  KILL_INSTANCE,
  /** An instance hangs for longer than its lease, and goes on as a zombie. */
  FREEZE_INSTANCE,
  /** Every instance in turn is ended as an operator does, and started again. */
  ROLLING_RESTART,

  /** kill -9 of Redis, which is started again with all that it acknowledged. */
  KILL_REDIS,
  CLIENT_KILL,
  CLIENT_PAUSE,
  SCRIPT_FLUSH,
  /** XGROUP DESTROY of a view's or a pull group's group. */
  DESTROY_GROUP,
  /** XGROUP DELCONSUMER of the consumer that works. */
  DELETE_CONSUMER,
  /** maxmemory is reached, and lifted a while later. */
  FULL,
  /** The oldest part of the log goes, with entries that are pending or were not handed out yet. */
  TRIM,

  DELAY,
  /** A connection is lost in the middle of a request. */
  CUT_IN_REQUEST,
  /** A request is done and its reply is lost with the connection. */
  CUT_BEFORE_REPLY,
  /** A connection swallows all that comes. */
  HALF_OPEN,
  /** Every connection of an instance does, also new ones. */
  PARTITION,
  /** A request comes a second time, later, as from a proxy that retries. */
  REPEAT,

  FLUSH_ALL,
  /** The log of a partition is deleted by another hand, and nothing else of it. */
  DELETE_LOG,
  /** A replica that lacks the last events takes over; the old master is gone. */
  PROMOTE,
  /** Redis goes back to what a replica of it had, and stays where it is: connections survive it. */
  ROLL_BACK,

  /** kill -9 of a sink's receiver, which is started again a while later. */
  KILL_RECEIVER,
  /** A sink's receiver hangs for longer than an answer is waited for, and goes on. */
  FREEZE_RECEIVER,

  /** kill -9 of the archive's node, which is started again. */
  KILL_ARCHIVE,
  /** The archive's node hangs. */
  FREEZE_ARCHIVE,
  /** The archive's disks are at the flood stage. */
  BLOCK_ARCHIVE,

  /** A view is built anew. */
  REBUILD,
  /** All dead letters of a view are folded again. They fail again, and must stay as they are. */
  REPLAY;

  /** What befalls the receiver of a sink. */
  static final Set<Fault> OF_RECEIVERS = EnumSet.of(KILL_RECEIVER, FREEZE_RECEIVER);

  /** What an operator or a scheduler does to processes. */
  static final Set<Fault> OF_PROCESSES =
      EnumSet.of(KILL_INSTANCE, FREEZE_INSTANCE, ROLLING_RESTART);

  /** What befalls Redis without any loss. */
  static final Set<Fault> OF_REDIS =
      EnumSet.of(
          KILL_REDIS,
          CLIENT_KILL,
          CLIENT_PAUSE,
          SCRIPT_FLUSH,
          DESTROY_GROUP,
          DELETE_CONSUMER,
          FULL);

  static final Set<Fault> OF_NETWORK =
      EnumSet.of(DELAY, CUT_IN_REQUEST, CUT_BEFORE_REPLY, HALF_OPEN, PARTITION, REPEAT);

  /** What an operator asks for while all else happens. */
  static final Set<Fault> OF_OPERATORS = EnumSet.of(REBUILD, REPLAY);

  /** What loses acknowledged events. */
  static final Set<Fault> LOSSES = EnumSet.of(FLUSH_ALL, PROMOTE, ROLL_BACK);
}
