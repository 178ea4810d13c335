package penstock.cluster;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads from a pull group's keys which entries of the log it has not done with. */
final class OpenEntries {

  private static final int DIGITS = 20;

  private OpenEntries() {}

  /**
   * @param delivered the last position that the group read
   * @param leases the members of its leases, {@code <id>:<number>}
   * @param parked the members of what it parked: key, NUL, 1 for an entry of the log, padded id
   * @return the positions of those of the entries that are with a consumer, wait, or were not read
   */
  static Set<String> among(List<Logged> entries, String delivered, List<?> leases, List<?> parked) {
    Set<String> open = new HashSet<>();
    for (Object lease : leases) {
      String name = lease.toString();
      open.add(name.substring(0, name.indexOf(':')));
    }
    for (Object member : parked) {
      String name = member.toString();
      int sequence = name.length() - DIGITS;
      String millis = name.substring(sequence - DIGITS, sequence);
      open.add(Long.parseLong(millis) + "-" + Long.parseLong(name.substring(sequence)));
    }
    Set<String> among = new HashSet<>();
    for (Logged entry : entries) {
      if (open.contains(entry.position()) || Logged.isAfter(entry.position(), delivered)) {
        among.add(entry.position());
      }
    }
    return among;
  }
}
