package penstock.redis.topology;

/** No server can be believed to be the master; the message says why. */
public final class NoMasterException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  NoMasterException(String why) {
    super(why);
  }
}
