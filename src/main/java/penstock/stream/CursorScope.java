package penstock.stream;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/**
 * What a cursor is good for.
 *
 * @param identity 24 bits of a digest of what is read: kind and name
 * @param existence 24 bits of a digest of which existence of it is read: generation and lives
 */
public record CursorScope(int identity, int existence) {

  public static CursorScope of(String kind, String name, String generation, List<String> lives) {
    CursorScope scope = new CursorScope(identity(kind, name), digest(generation));
    for (int i = 0; i < lives.size(); i++) {
      scope = scope.toggle(i, lives.get(i));
    }
    return scope;
  }

  /** What the cursors of all existences of something have in common. */
  public static int identity(String kind, String name) {
    return digest(kind, name);
  }

  /**
   * The same with the life of one more partition in it, or without it if it was: so that a cursor
   * that says nothing of some partitions depends on the lives of the others only.
   */
  public CursorScope toggle(int partition, String life) {
    return new CursorScope(identity, existence ^ digest(Integer.toString(partition), life));
  }

  public static CursorScope ofStream(StreamName stream, List<LogState> logs) {
    return of("stream", stream.value(), "", logs.stream().map(LogState::life).toList());
  }

  private static int digest(String... parts) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      for (String part : parts) {
        sha.update(part.getBytes(StandardCharsets.UTF_8));
        sha.update((byte) 0);
      }
      byte[] digest = sha.digest();
      return (digest[0] & 0xff) << 16 | (digest[1] & 0xff) << 8 | digest[2] & 0xff;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
