package penstock.consumer.membership;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.codec.digest.MurmurHash3;
import penstock.consumer.Shard;
import penstock.view.RegistrySnapshot;
import penstock.view.ViewName;

/**
 * Who lives and works what, as this instance last heard. It decides who is to work what, by
 * rendezvous hashing: of the live instances that work a generation, the one with the highest hash
 * together with the partition. So all that heard the same decide the same, and one that comes or
 * goes moves no more than its own share. It is never needed for correctness: that is the fence's.
 */
public final class PartitionAssignor {

  /** Hashed by instances of every version, so that they choose the same one: it never changes. */
  private static final String REAPING = "caretaking";

  private final String me;
  private volatile Map<String, Set<String>> works = Map.of();
  private volatile RegistrySnapshot registry = RegistrySnapshot.EMPTY;

  public PartitionAssignor(String me) {
    this.me = me;
  }

  /**
   * What was heard.
   *
   * @param present live instance to the names of what it works
   * @return whether anything is not as it was
   */
  public boolean update(Map<String, Set<String>> present, RegistrySnapshot views) {
    boolean changed = !present.equals(works) || !views.equals(registry);
    works = Map.copyOf(present);
    registry = views;
    return changed;
  }

  /** The instance that is to work it; this one as long as nobody is known who does. */
  public String owner(Shard shard) {
    String what = shard.name() + "/" + shard.partition().index();
    return highest(what, Optional.of(shard.name()));
  }

  public boolean isMine(Shard shard) {
    return owner(shard).equals(me);
  }

  /** Whether this instance is to remove what nobody works. */
  boolean isReaper() {
    return highest(REAPING, Optional.empty()).equals(me);
  }

  /** Whether a live instance works the generation. */
  public boolean isWorked(ViewName view, String generation) {
    String name = view + ":" + generation;
    return works.values().stream().anyMatch(names -> names.contains(name));
  }

  /** The generation that is served, if that was heard. */
  public Optional<String> served(ViewName view) {
    return registry.served(view);
  }

  private String highest(String what, Optional<String> working) {
    String highest = me;
    long most = Long.MIN_VALUE;
    for (Map.Entry<String, Set<String>> one : works.entrySet()) {
      if (working.isEmpty() || one.getValue().contains(working.get())) {
        long weight = weight(one.getKey(), what);
        if (weight > most || weight == most && one.getKey().compareTo(highest) > 0) {
          most = weight;
          highest = one.getKey();
        }
      }
    }
    return highest;
  }

  private static long weight(String instance, String what) {
    byte[] both = (instance + "\n" + what).getBytes(StandardCharsets.UTF_8);
    return MurmurHash3.hash128x64(both)[0];
  }
}
