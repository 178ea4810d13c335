package penstock.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.BulkType;
import io.vertx.redis.client.impl.types.MultiType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 30, threadMode = ThreadMode.SEPARATE_THREAD)
class EventFieldsTest {

  private static final String REQUIRED =
      "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\"";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ",\"subject\":\"é😀\",\"time\":\"2018-04-05t17:31:00.100z\"",
        ",\"datacontenttype\":\"a/b; c=d\",\"dataschema\":\"x:y\"",
        ",\"a\":true,\"b\":-1,\"c\":\"true\",\"d\":\"1\",\"e\":\"\",\"f\":false",
        ",\"b\":\"b\",\"i\":7,\"partitionkey\":\"k\"",
        ",\"data\":{\"n\":1.10,\"big\":1e400,\"s\":\"\\u00e9\\ud800\"}",
        ",\"data\":null",
        ",\"datacontenttype\":\"text/plain\",\"data\":\"\\u0000 \\\" \\\\ \\n\\r\\t\u007F é😀\"",
        ",\"datacontenttype\":\"text/plain\",\"data\":\"\"",
        ",\"datacontenttype\":\"application/json\",\"data_base64\":\"AAEC/+8=\"",
        ",\"data_base64\":\"\""
      })
  void bringTheSameEventBack(String members) {
    String json = REQUIRED + members + "}";
    Event event = Requests.structured(json);

    Event back = EventFields.read(response(EventFields.write(event)));

    assertThat(back).isEqualTo(event);
    assertThat(Requests.json(back)).isEqualTo(json);
  }

  @Test
  void areReadableByAnyone() {
    Event event =
        Requests.structured(REQUIRED + ",\"yes\":true,\"n\":5,\"s\":\"x\",\"data\":[ 1 ]}");

    assertThat(EventFields.write(event))
        .extracting(field -> new String(field, StandardCharsets.UTF_8))
        .containsExactly(
            "specversion",
            "1.0",
            "id",
            "1",
            "source",
            "/s",
            "type",
            "t",
            "n",
            "5",
            "s",
            "x",
            "yes",
            "true",
            "extension_types",
            "n:i,yes:b",
            "data",
            "[1]");
  }

  @Test
  void ofAnotherMakeAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EventFields.read(response(List.of(Requests.utf8("id"), new byte[0]))));
  }

  private static Response response(List<byte[]> fields) {
    MultiType response = MultiType.create(fields.size(), false);
    fields.forEach(field -> response.add(BulkType.create(Buffer.buffer(field), false)));
    return response;
  }
}
