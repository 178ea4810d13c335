package penstock.stream.filter;

import io.cloudevents.CloudEvent;
import io.cloudevents.CloudEventData;
import io.cloudevents.SpecVersion;
import java.net.URI;
import java.time.OffsetDateTime;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import penstock.event.Event;

/**
 * An event's context attributes, for the SDK's expressions: these ask by name, and get texts as
 * they were sent, booleans and integers.
 */
record ContextAttributes(Event event) implements CloudEvent {

  @Override
  public @Nullable Object getAttribute(String name) {
    return event.attribute(name);
  }

  @Override
  public @Nullable Object getExtension(String name) {
    return event.extensions().get(name);
  }

  @Override
  public Set<String> getExtensionNames() {
    return event.extensions().keySet();
  }

  @Override
  public SpecVersion getSpecVersion() {
    return SpecVersion.V1;
  }

  @Override
  public String getId() {
    return event.id();
  }

  @Override
  public String getType() {
    return event.type();
  }

  @Override
  public URI getSource() {
    return URI.create(event.source());
  }

  @Override
  public @Nullable String getDataContentType() {
    return event.dataContentType();
  }

  @Override
  public @Nullable URI getDataSchema() {
    return event.dataSchema() == null ? null : URI.create(event.dataSchema());
  }

  @Override
  public @Nullable String getSubject() {
    return event.subject();
  }

  @Override
  public @Nullable OffsetDateTime getTime() {
    return event.time() == null ? null : OffsetDateTime.parse(event.time());
  }

  /** Expressions do not see it. */
  @Override
  public @Nullable CloudEventData getData() {
    return null;
  }
}
