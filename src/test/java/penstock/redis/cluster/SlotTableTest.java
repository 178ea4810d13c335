package penstock.redis.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import penstock.redis.topology.ServerAddress;

class SlotTableTest {

  private static final ServerAddress A = new ServerAddress("10.0.0.1", 6379);
  private static final ServerAddress B = new ServerAddress("10.0.0.2", 6379);
  private static final ServerAddress C = new ServerAddress("10.0.0.3", 6379);

  private static final String BEFORE =
      """
      aa 10.0.0.1:6379@16379 myself,master - 0 0 1 connected 0-9000
      bb 10.0.0.2:6379@16379 slave aa 0 0 1 connected
      cc 10.0.0.3:6379@16379 master - 0 0 2 connected 9001-16383
      """;

  private static final String AFTER =
      """
      aa 10.0.0.1:6379@16379 master,fail - 0 0 1 connected
      bb 10.0.0.2:6379@16379 myself,master - 0 0 4 connected 0-9000
      cc 10.0.0.3:6379@16379 master - 0 0 2 connected 9001-16383
      """;

  @Test
  void takesWhatANodeSays() {
    SlotTable table = SlotTable.UNKNOWN.with(of(BEFORE));
    assertThat(table.owner(0)).contains(A);
    assertThat(table.owner(9_001)).contains(C);
    assertThat(table.owners()).containsExactly(A, C);
    assertThat(table.nodes()).containsExactlyInAnyOrder(A, B, C);
    assertThat(table.unowned()).isZero();
  }

  @Test
  void followsTheOneWhoTookOver() {
    SlotTable table = SlotTable.UNKNOWN.with(of(BEFORE)).with(of(AFTER));
    assertThat(table.owner(0)).contains(B);
    assertThat(table.masters()).containsExactly(B, C);
    assertThat(table.nodes()).doesNotContain(A);
  }

  /** As a master says that was suspended, and does not know yet that it was replaced. */
  @Test
  void doesNotGoBackToAnOlderOwner() {
    SlotTable table = SlotTable.UNKNOWN.with(of(BEFORE)).with(of(AFTER)).with(of(BEFORE));
    assertThat(table.owner(0)).contains(B);
  }

  @Test
  void takesARedirectionBeforeAnyTellsOfIt() {
    SlotTable table = SlotTable.UNKNOWN.with(of(BEFORE)).moved(7, C);
    assertThat(table.owner(7)).contains(C);
    assertThat(table.owner(8)).contains(A);
    assertThat(table.with(of(BEFORE)).owner(7)).as("what was said before").contains(C);
    assertThat(table.with(of(AFTER)).owner(7)).as("what is later").contains(B);
  }

  @Test
  void isTheSameWhereNothingIsNew() {
    SlotTable table = SlotTable.UNKNOWN.with(of(BEFORE));
    assertThat(table.with(of(BEFORE))).isSameAs(table);
  }

  @Test
  void readsWhatNodesSayOfEachOther() {
    List<ClusterNode> nodes =
        of(
            """
            aa :6379@16379 myself,master - 0 0 1 connected 5 7-8 [93->-bb]
            bb 10.0.0.2:6379@16379,b.example,shard-id=77 master - 0 0 2 connected [93-<-aa]
            cc 10.0.0.3:6379@16379,,shard-id=78 slave,fail aa 0 0 1 disconnected
            dd 10.0.0.4:6379@16379 handshake - 0 0 0 connected
            ee :0@0 master,noaddr - 0 0 0 disconnected
            """);
    assertThat(nodes)
        .extracting(ClusterNode::address)
        .containsExactly(A, new ServerAddress("b.example", 6379), C);
    assertThat(nodes.getFirst().slots().stream()).containsExactly(5, 7, 8);
    assertThat(nodes.get(1).slots().isEmpty()).isTrue();
    assertThat(nodes.get(2).failed()).isTrue();
    assertThat(nodes.get(2).master()).isFalse();
  }

  /** As nodes do with {@code cluster-preferred-endpoint-type ip}, which is the default. */
  @Test
  void knowsByNameWhatARedirectionNamesByAddress() {
    SlotTable table =
        SlotTable.UNKNOWN.with(
            of(
                """
                aa 10.0.0.1:6379@16379,a.example myself,master - 0 0 1 connected 0-16383
                bb 10.0.0.2:6379@16379,b.example master - 0 0 2 connected
                """));
    assertThat(table.known(B)).isEqualTo(new ServerAddress("b.example", 6379));
    assertThat(table.known(C)).isEqualTo(C);
  }

  private static List<ClusterNode> of(String said) {
    return ClusterNode.parse(said, A);
  }
}
