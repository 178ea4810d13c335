package penstock.redis;

/** An error reply of Redis that no caller is meant to see, such as a script's own check. */
public sealed class RedisReplyException extends RuntimeException permits UnusableKeyException {

  private static final long serialVersionUID = 1L;

  private final String reply;

  public RedisReplyException(String reply) {
    super(reply);
    this.reply = reply;
  }

  /** The first word of the reply, such as {@code WRONGTYPE} or {@code NOGROUP}. */
  public String code() {
    int space = reply.indexOf(' ');
    return space < 0 ? reply : reply.substring(0, space);
  }
}
