package penstock.http;

/**
 * Reads the name of something that callers of different tenants may call the same. This is where a
 * name of a request becomes a whole one; a broken rule is the problem {@code invalid-name}.
 */
public abstract class NameParameter<T> extends TypedParameter<T> {

  protected NameParameter(Class<T> type) {
    super(type);
  }

  @Override
  protected final T read(String text) {
    return name(Namespace.current().whole(text));
  }

  /** Of a whole name. */
  protected abstract T name(String whole);
}
