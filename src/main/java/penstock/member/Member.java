package penstock.member;

/** A member of a room. */
public record Member(RoomName room, MemberName name) {

  /** As events have it for their subject: neither name has a slash. */
  @Override
  public String toString() {
    return room + "/" + name;
  }
}
