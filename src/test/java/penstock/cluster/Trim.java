package penstock.cluster;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Entries that were removed from a partition by another hand, and how far each reader was at that
 * moment: what it had not done with is lost to it.
 *
 * @param applied the last position that each view had applied
 * @param open of each pull group the positions of those of the entries that it had not done with
 */
record Trim(
    int partition,
    List<Logged> entries,
    Map<TestedView, String> applied,
    Map<String, Set<String>> open) {}
