package penstock.sink.archive;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.regex.Pattern;
import org.apache.http.HttpEntity;
import org.apache.http.HttpHeaders;
import org.apache.http.HttpResponse;
import org.apache.http.entity.ContentType;
import org.apache.http.nio.ContentDecoder;
import org.apache.http.nio.IOControl;
import org.apache.http.nio.entity.NByteArrayEntity;
import org.apache.http.nio.protocol.AbstractAsyncResponseConsumer;
import org.apache.http.protocol.HttpContext;
import org.apache.http.util.EntityUtils;
import org.elasticsearch.client.Response;
import org.jspecify.annotations.Nullable;

/**
 * Reads an answer up to a size. The client's own reader only believes what the answer says of its
 * length, and keeps one without end that says nothing. For the client's threads.
 */
final class AnswerReader extends AbstractAsyncResponseConsumer<HttpResponse> {

  private static final int CHUNK = 8 << 10;
  private static final Pattern SECONDS = Pattern.compile("\\d{1,6}");

  private final long limit;
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private @Nullable HttpResponse response;
  private @Nullable ContentType type;

  AnswerReader(long limit) {
    this.limit = limit;
  }

  /** What was read by one of these. */
  static ClusterAnswer answer(Response response) throws IOException {
    HttpEntity entity = response.getEntity();
    String retryAfter = response.getHeader(HttpHeaders.RETRY_AFTER);
    return new ClusterAnswer(
        response.getStatusLine().getStatusCode(),
        entity == null ? new byte[0] : EntityUtils.toByteArray(entity),
        retryAfter != null && SECONDS.matcher(retryAfter).matches()
            ? Duration.ofSeconds(Long.parseLong(retryAfter))
            : null);
  }

  @Override
  protected void onResponseReceived(HttpResponse received) {
    response = received;
  }

  @Override
  protected void onEntityEnclosed(HttpEntity entity, @Nullable ContentType contentType)
      throws IOException {
    type = contentType;
    check(entity.getContentLength());
  }

  @Override
  protected void onContentReceived(ContentDecoder decoder, IOControl control) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
    while (decoder.read(chunk) > 0) {
      check((long) body.size() + chunk.position());
      body.write(chunk.array(), 0, chunk.position());
      chunk.clear();
    }
  }

  private void check(long bytes) throws IOException {
    if (bytes > limit) {
      throw new IOException("the answer is longer than " + limit + " bytes");
    }
  }

  @Override
  protected @Nullable HttpResponse buildResult(HttpContext context) {
    if (response != null) {
      response.setEntity(new NByteArrayEntity(body.toByteArray(), type));
    }
    return response;
  }

  @Override
  protected void releaseResources() {
    response = null;
  }
}
