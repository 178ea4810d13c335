package penstock.cluster;

import java.util.List;
import java.util.Map;

/**
 * Entries that were removed from a partition by another hand, and what each view had applied at
 * that moment: what it had not is lost to it.
 */
record Trim(int partition, List<Logged> entries, Map<TestedView, String> applied) {}
