package penstock.client;

import java.util.Map;
import java.util.Set;
import java.util.UUID;
import penstock.client.api.StreamsApi;
import penstock.client.api.ViewsApi;
import penstock.client.invoker.ApiClient;
import penstock.client.invoker.ApiException;
import penstock.client.model.CloudEvent;

/** Appends an event, finds it in a page and reads the entry that a view made of it. */
public final class AppendPageEntry {

  private AppendPageEntry() {}

  public static void main(String[] arguments) throws ApiException {
    ApiClient client = new ApiClient();
    client.updateBaseUri(arguments[0]);
    StreamsApi streams = new StreamsApi(client);
    ViewsApi views = new ViewsApi(client);
    String id = UUID.randomUUID().toString();
    Map<String, Object> data = Map.of("total", 19.9);

    var event =
        new CloudEvent()
            .specversion(CloudEvent.SpecversionEnum._1_0)
            .id(id)
            .source("/java")
            .type("order.placed")
            .subject(id)
            .data(data);
    var appended = streams.appendEvents("orders", event, null, null, null, null, null, null);
    same(appended.getEvents().getFirst().getDuplicate(), false);

    var page = streams.readEvents("orders", null, null, 10, null, Set.of(id), null);
    same(page.getEvents().size(), 1);
    same(page.getEvents().getFirst().getId(), id);
    same(page.getEvents().getFirst().getData(), data);

    var entry = views.readEntry(id, "open-orders", null, appended.getCursor(), "20s");
    same(entry.getKey(), id);
    same(entry.getValue(), data);

    try {
      views.readEntry("nobody", "open-orders", null, null, null);
      throw new AssertionError("there is no such entry");
    } catch (ApiException expected) {
      same(expected.getCode(), 404);
    }
  }

  private static void same(Object found, Object wanted) {
    if (!wanted.equals(found)) {
      throw new AssertionError(found + " is not " + wanted);
    }
  }
}
