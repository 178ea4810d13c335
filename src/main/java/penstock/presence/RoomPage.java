package penstock.presence;

import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Response;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import penstock.http.JsonBody;
import penstock.json.JsonName;
import penstock.json.JsonWriter;
import penstock.member.RoomName;
import penstock.redis.RedisNumber;

/**
 * Members of a room in the order of their names' bytes.
 *
 * @param next the name behind which the next page begins
 * @param complete whether nobody lies behind this one
 */
@Schema(ref = "Room")
record RoomPage(RoomName room, List<Presence> members, String next, boolean complete)
    implements JsonBody {

  private static final JsonName ROOM = JsonName.of("room");
  private static final JsonName MEMBERS = JsonName.of("members");
  private static final JsonName NEXT = JsonName.of("next");
  private static final JsonName COMPLETE = JsonName.of("complete");

  private static final int TYPICAL = 128;

  /** Elements of the script's reply before the first member, and of each member. */
  private static final int HEAD = 2;

  private static final int MEMBER = 4;

  /**
   * @param after the name that the page was asked to begin behind; empty for the beginning
   */
  static RoomPage of(RoomName room, String after, Response reply) {
    var members = new ArrayList<Presence>();
    for (int at = HEAD; at + MEMBER <= reply.size(); at += MEMBER) {
      members.add(
          new Presence(
              text(reply.get(at)),
              RedisNumber.longOf(reply.get(at + 1)),
              RedisNumber.longOf(reply.get(at + 2)),
              reply.get(at + 3).toBytes()));
    }
    String last = text(reply.get(1));
    return new RoomPage(
        room,
        List.copyOf(members),
        last.isEmpty() ? after : last,
        RedisNumber.intOf(reply.get(0)) == 1);
  }

  private static String text(Response value) {
    return value.toString(StandardCharsets.UTF_8);
  }

  @Override
  public Buffer json() {
    Buffer out = Buffer.buffer(TYPICAL * (1 + members.size()));
    var json = new JsonWriter(out);
    json.beginObject().name(ROOM).string(room.value()).name(MEMBERS).beginArray();
    members.forEach(member -> member.write(json));
    json.endArray().name(NEXT).string(next).name(COMPLETE).bool(complete).endObject();
    return out;
  }
}
