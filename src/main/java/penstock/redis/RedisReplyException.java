package penstock.redis;

/** An error reply of Redis that no caller is meant to see: a wrong type, a script's own check. */
public final class RedisReplyException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public RedisReplyException(String message) {
    super(message);
  }

  /** The first word of the reply, such as {@code WRONGTYPE} or {@code NOGROUP}. */
  public String code() {
    String message = getMessage();
    int space = message.indexOf(' ');
    return space < 0 ? message : message.substring(0, space);
  }
}
