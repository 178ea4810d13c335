package penstock.sink.webhook;

/** A host has no address that may be connected to. Has no stack trace: it is an everyday answer. */
final class RefusedAddressException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  RefusedAddressException(String host) {
    super(
        host
            + " has private, local or reserved addresses only, which are not connected to unless allow-private is set",
        null,
        false,
        false);
  }
}
