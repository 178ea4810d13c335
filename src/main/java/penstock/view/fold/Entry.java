package penstock.view.fold;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An entry of a view, as the fields of its hash. Does not change; {@link #edit} makes another that
 * shares the values.
 */
public final class Entry {

  /**
   * Names and values together, in bytes. A larger one would take too long to read, write and send.
   */
  public static final int MAX_BYTES = 256 * 1024;

  /** What a field costs in memory beyond its bytes, about. */
  private static final int FIELD_OVERHEAD = 96;

  /** Exists and has no fields. */
  public static final Entry EMPTY = new Entry(Map.of(), 0);

  private final Map<String, byte[]> fields;
  private final int bytes;

  private Entry(Map<String, byte[]> fields, int bytes) {
    this.fields = fields;
    this.bytes = bytes;
  }

  /** Takes over the fields, which must not be changed afterwards. */
  public static Entry of(Map<String, byte[]> fields) {
    int bytes = 0;
    for (Map.Entry<String, byte[]> field : fields.entrySet()) {
      bytes += size(field.getKey(), field.getValue());
    }
    return new Entry(fields, bytes);
  }

  /** The value of a field in UTF-8, not to be modified. */
  public byte @Nullable [] get(String field) {
    return fields.get(field);
  }

  /** The value of a field that is there, in UTF-8, not to be modified. */
  public byte[] bytes(String field) {
    byte[] value = fields.get(field);
    if (value == null) {
      throw new IllegalStateException("the entry has no field " + field);
    }
    return value;
  }

  public Set<String> names() {
    return fields.keySet();
  }

  /** Size of names and values in UTF-8. */
  public int bytes() {
    return bytes;
  }

  /** What it takes in the heap, about. */
  public long weight() {
    return bytes + (long) FIELD_OVERHEAD * (1 + fields.size());
  }

  public Edit edit() {
    return new Edit();
  }

  /** Size in UTF-8 of the fields that differ from those of the entry before. */
  public int difference(@Nullable Entry before) {
    int difference = 0;
    for (Map.Entry<String, byte[]> field : fields.entrySet()) {
      byte[] old = before == null ? null : before.get(field.getKey());
      if (old != field.getValue()) {
        difference += size(field.getKey(), field.getValue());
      }
    }
    return difference;
  }

  private static int size(String name, byte[] value) {
    return length(name) + value.length;
  }

  private static int length(String name) {
    for (int i = 0; i < name.length(); i++) {
      if (name.charAt(i) >= 0x80) {
        return name.getBytes(StandardCharsets.UTF_8).length;
      }
    }
    return name.length();
  }

  /** Another entry in the making; what was made of nothing new is the same entry. */
  public final class Edit {

    private @Nullable Map<String, byte[]> changed;
    private int size = bytes;

    private Edit() {}

    public Edit set(String field, byte[] value) {
      byte[] old = current().get(field);
      if (old != null && Arrays.equals(old, value)) {
        return this;
      }
      size += old == null ? size(field, value) : value.length - old.length;
      mine().put(field, value);
      return this;
    }

    public Edit remove(String field) {
      byte[] old = current().get(field);
      if (old != null) {
        size -= size(field, old);
        mine().remove(field);
      }
      return this;
    }

    /** Size of names and values as they are now, in UTF-8. */
    public int bytes() {
      return size;
    }

    public Entry done() {
      return changed == null ? Entry.this : new Entry(changed, size);
    }

    private Map<String, byte[]> current() {
      return changed == null ? fields : changed;
    }

    private Map<String, byte[]> mine() {
      if (changed == null) {
        changed = new HashMap<>(fields);
      }
      return changed;
    }
  }
}
