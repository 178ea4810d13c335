package penstock.redis.cluster;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import penstock.redis.topology.ServerAddress;

/**
 * Which node has which slot, as far as it is known; immutable.
 *
 * <p>Nodes tell each other of what has changed, so that some know of it later than others, and one
 * that was cut off or suspended still knows nothing of it. So of each slot the owner is kept with
 * its configuration epoch, and only a later one takes its place. An example: slot 7 is a's, in
 * epoch 1. While a is suspended, its replica b takes over, in epoch 4. Woken up, a says that slot 7
 * is its own, in epoch 1, until it hears of b: that changes nothing here.
 */
public final class SlotTable {

  /** Nothing is known yet. */
  public static final SlotTable UNKNOWN = new SlotTable(new Owner[HashSlot.COUNT], List.of());

  /**
   * Who has a slot.
   *
   * @param id empty if only the address is known
   */
  public record Owner(String id, ServerAddress address, long epoch) {

    boolean replaces(@Nullable Owner known) {
      return known == null || epoch > known.epoch || (epoch == known.epoch && id.equals(known.id));
    }
  }

  private final @Nullable Owner[] owners;
  private final List<ClusterNode> nodes;

  private SlotTable(@Nullable Owner[] owners, List<ClusterNode> nodes) {
    this.owners = owners;
    this.nodes = nodes;
  }

  /** The same, with what a node said of all; itself if that is nothing new. */
  public SlotTable with(List<ClusterNode> said) {
    @Nullable Owner[] next = owners.clone();
    for (ClusterNode node : said) {
      if (node.master()) {
        var owner = new Owner(node.id(), node.address(), node.epoch());
        node.slots().stream()
            .filter(slot -> owner.replaces(next[slot]))
            .forEach(slot -> next[slot] = owner);
      }
    }
    return Arrays.equals(next, owners) && said.equals(nodes)
        ? this
        : new SlotTable(next, List.copyOf(said));
  }

  /**
   * The same, after a node said that it does not have the slot, and which one has. What nodes say
   * of all later tells the epoch of that.
   */
  public SlotTable moved(int slot, ServerAddress to) {
    Owner known = owners[slot];
    if (known != null && known.address.equals(to)) {
      return this;
    }
    @Nullable Owner[] next = owners.clone();
    next[slot] = new Owner("", to, known == null ? 0 : known.epoch);
    return new SlotTable(next, nodes);
  }

  /**
   * How a node is called here that another one told of: nodes that announce names tell each other's
   * addresses all the same, unless they are set to do otherwise.
   */
  public ServerAddress known(ServerAddress told) {
    return nodes.stream()
        .filter(node -> node.unnamed().equals(told))
        .map(ClusterNode::address)
        .findFirst()
        .orElse(told);
  }

  /** Who has the slot; empty if nobody is known to. */
  public Optional<ServerAddress> owner(int slot) {
    return ownership(slot).map(Owner::address);
  }

  /** The same, and since when: another one if the slot was elsewhere meanwhile. */
  public Optional<Owner> ownership(int slot) {
    return Optional.ofNullable(owners[slot]);
  }

  /** Those that are said to answer and to follow a master. */
  public List<ServerAddress> replicas(ServerAddress master) {
    Set<String> ids =
        nodes.stream()
            .filter(node -> node.address().equals(master))
            .map(ClusterNode::id)
            .collect(Collectors.toSet());
    return nodes.stream()
        .filter(node -> !node.failed() && ids.contains(node.follows()))
        .map(ClusterNode::address)
        .toList();
  }

  /** How many slots have nobody. */
  public int unowned() {
    return (int) Arrays.stream(owners).filter(Objects::isNull).count();
  }

  /** Those that have slots. */
  public Set<ServerAddress> owners() {
    var all = new TreeSet<ServerAddress>();
    Owner last = null;
    for (Owner one : owners) {
      if (one != null && !one.equals(last)) {
        all.add(one.address);
        last = one;
      }
    }
    return all;
  }

  /** Those that have slots, or could get some. */
  public Set<ServerAddress> masters() {
    Set<ServerAddress> all = owners();
    nodes.stream()
        .filter(node -> node.master() && !node.failed())
        .map(ClusterNode::address)
        .forEach(all::add);
    return all;
  }

  /** All that are said to answer, and all that have slots. */
  public List<ServerAddress> nodes() {
    var all = new LinkedHashSet<ServerAddress>();
    nodes.stream().filter(node -> !node.failed()).map(ClusterNode::address).forEach(all::add);
    all.addAll(owners());
    return new ArrayList<>(all);
  }
}
