package penstock.trace;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.quarkus.arc.Unremovable;
import jakarta.inject.Singleton;
import java.util.regex.Pattern;

/** Takes tickets out of the queries that the framework notes of requests: who has one may read. */
@Singleton
@Unremovable
class TicketFilter implements SpanProcessor {

  private static final AttributeKey<String> QUERY = AttributeKey.stringKey("url.query");
  private static final Pattern TICKET = Pattern.compile("(^|&)ticket=[^&]*");

  @Override
  public void onStart(Context parent, ReadWriteSpan span) {
    String query = span.getAttribute(QUERY);
    if (query != null && query.contains("ticket=")) {
      span.setAttribute(QUERY, TICKET.matcher(query).replaceAll("$1ticket=REDACTED"));
    }
  }

  @Override
  public boolean isStartRequired() {
    return true;
  }

  @Override
  public void onEnd(ReadableSpan span) {}

  @Override
  public boolean isEndRequired() {
    return false;
  }
}
